// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
public import SignatureValidation

/// A time-stamp token, or a time-stamp authority's response with one, as a file of its own (RFC 3161 §3.1 and §3.2): it says
/// when the content beside it existed, and is nobody's signature.
public struct TimeStampFile: SignedDocument {
    /// The token.
    public let token: TimeStampToken
    private let content: (any ByteSource)?

    /// Reads a token in DER or BER, or a response in DER.
    ///
    /// - Parameter content: What was time-stamped; `nil` when it is not at hand.
    /// - Returns: `nil` for anything else, a response that refuses among it.
    public init?(parsing bytes: [UInt8], content: (any ByteSource)? = nil) {
        guard Self.isClaimed(by: bytes) else { return nil }
        guard let token = (try? TimeStampToken(parsing: bytes)) ?? (try? TimeStampResponse(parsing: bytes))?.token
        else {
            return nil
        }
        self.token = token
        self.content = content.map { DigestedSource.wrapping($0) }
    }

    /// Whether bytes begin like a SEQUENCE that soon names id-ct-TSTInfo, as both kinds of file do.
    static func isClaimed(by head: [UInt8]) -> Bool {
        guard head.first == 0x30 else { return false }
        let type = DERWriter.bytes { $0.objectIdentifier(.timeStampInformation) }
        let beginning = head.prefix(256)
        return beginning.indices.contains { beginning[$0] == type[0] && beginning[$0...].starts(with: type) }
    }

    public func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] { [] }

    public func timeAssertions(with material: ValidationMaterial) throws -> [TimeAssertion] {
        let facts = try token.verify(
            imprint: { digest in try content.map { try digest.digest(of: $0) } }, candidates: material.certificates)
        return [
            TimeAssertion(
                AttachedTimeStamp(
                    id: "T-1", kind: .content, token: token, facts: facts, covers: [], material: token.material))
        ]
    }
}
