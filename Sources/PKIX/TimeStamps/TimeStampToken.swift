// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DERSyntax

/// TimeStampToken (RFC 3161 §2.4.2, RFC 5816): a CMS SignedData over a TSTInfo by one signer, as received and not judged.
public struct TimeStampToken: Sendable, Hashable {
    /// The whole ContentInfo as received, without padding; for BER its definite-length form.
    public let bytes: [UInt8]
    /// The SignedData.
    public let signedData: SignedData
    /// The only signer.
    public let signer: SignerInfo
    /// What the authority states.
    public let information: TimeStampInformation

    /// Reads a token.
    ///
    /// - Parameters:
    ///   - allowsTrailingZeros: Accepts zero bytes after the structure, as PDF pads /Contents with them.
    ///   - known: Certificates that were read before, as for ``SignedData``.
    /// - Throws: ``DERSyntax/DERSyntaxError``, also for a content other than id-ct-TSTInfo and for more than one signer.
    public init(
        parsing bytes: [UInt8], allowsTrailingZeros: Bool = false, knowing known: [Certificate] = []
    ) throws(DERSyntaxError) {
        signedData = try SignedData(parsing: bytes, allowsTrailingZeros: allowsTrailingZeros, knowing: known)
        guard signedData.contentType == .timeStampInformation, let content = signedData.content else {
            throw DERSyntaxError(
                .invalidValue, at: 0, clause: "RFC 3161 2.4.2",
                "content type \(signedData.contentType), expected an enclosed TSTInfo")
        }
        guard signedData.signers.count == 1 else {
            throw DERSyntaxError(
                .invalidValue, at: 0, clause: "RFC 3161 2.4.2", "\(signedData.signers.count) signers, expected one")
        }
        signer = signedData.signers[0]
        information = try TimeStampInformation(parsing: content)
        self.bytes = signedData.bytes
    }

    /// What differs from what was asked for (RFC 3161 §2.4.2): imprint, nonce, policy, the enclosed certificate.
    ///
    /// - Returns: No faults when the token answers the request.
    public func faults(answering request: TimeStampRequest) -> [TimeStampFault] {
        var faults: [TimeStampFault] = []
        if information.imprint != request.imprint { faults.append(.imprintMismatch) }
        if let nonce = request.nonce, information.nonce != nonce { faults.append(.nonceMismatch) }
        if let policy = request.policy, information.policy != policy { faults.append(.policyMismatch) }
        if request.wantsCertificate, !signedData.certificates.contains(where: signer.names) {
            faults.append(.certificateMissing)
        }
        return faults
    }

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension ObjectIdentifier {
    /// id-ct-TSTInfo.
    public static let timeStampInformation: ObjectIdentifier = "1.2.840.113549.1.9.16.1.4"
}
