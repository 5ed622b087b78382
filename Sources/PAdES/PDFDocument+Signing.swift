// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
public import CryptoPrimitives
public import DossierCore
import PDFSyntax
public import PKIX

/// A PDF signature that is laid out but for its value; any server can finish it.
public struct PreparedPDFSignature: Sendable {
    /// The revision with the room for the CMS.
    public let revision: PreparedRevision
    /// The CMS without its value.
    public let signature: PreparedSignature

    /// The bytes that the signer signs.
    public var dataToBeSigned: [UInt8] { signature.dataToBeSigned }

    /// The bytes to append to the file.
    ///
    /// - Throws: ``AdES/AdESError`` when the value does not verify; ``PAdESError`` `contentsTooLarge`.
    public func completed(with value: [UInt8]) throws -> [UInt8] {
        try revision.completed(contents: signature.completed(with: value))
    }
}

extension PDFDocument {
    /// Lays out a signature of level B-B (EN 319 142-1 §6.3).
    ///
    /// - Parameters:
    ///   - certificate: The signer's certificate, bound by signing-certificate-v2.
    ///   - chain: Further certificates to embed.
    ///   - scheme: The scheme of the value.
    ///   - time: The claimed time, written as `/M` in Vietnam's time; the CMS has no signing-time.
    ///   - reason: Written as `/Reason`.
    ///   - field: The field; `nil` for a new invisible one on page 1 with the first free name.
    /// - Throws: ``PAdESError``; ``AdES/AdESError``; ``DossierCore/ByteSourceError``.
    public func preparingSignature(
        for certificate: Certificate, chain: [Certificate], scheme: SignatureScheme, claiming time: Instant,
        reason: String? = nil, in field: FieldChoice? = nil
    ) throws -> PreparedPDFSignature {
        var request = SignatureRequest(
            at: time, timeOffset: 25_200, name: certificate.subject.commonName, reason: reason)
        // Room for the certificates, attributes and the largest value, computed, not guessed.
        request.reservedBytes = ([certificate] + chain).reduce(4096) { $0 + $1.bytes.count } + 2048
        // A digest of the file and the time: different for every signature without asking for randomness.
        var state = try DigestState(.sha256)
        try state.update(DigestAlgorithm.sha256.digest(of: file.source))
        try state.update(Array(time.description.utf8))
        try state.update(certificate.fingerprint)
        let identifier = Array(try state.finalized().prefix(16))
        let choice = try field ?? .new(name: freeFieldName())
        let revision = try SignaturePlaceholder.prepare(file, in: choice, request, identifier: identifier)
        var content = try DigestState(PreparedSignature.digest(for: scheme))
        try digest(revision, into: &content)
        let signature = try PreparedSignature(
            contentDigest: try content.finalized(), certificate: certificate, chain: chain, scheme: scheme,
            signingTime: nil)
        return PreparedPDFSignature(revision: revision, signature: signature)
    }

    /// Signs and returns the whole signed file; the bytes before stay as they are.
    ///
    /// - Parameters:
    ///   - signer: Called once. Check it first with ``AdES/SignerCheck``.
    ///   - limit: Largest file that is returned in memory, in bytes.
    /// - Throws: as ``preparingSignature(for:chain:scheme:claiming:reason:in:)``; errors of the signer unchanged.
    public func signed(
        by signer: some Signer, claiming time: Instant, reason: String? = nil, in field: FieldChoice? = nil,
        limit: Int64 = 1 << 30
    ) async throws -> [UInt8] {
        let prepared = try preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: time, reason: reason,
            in: field)
        let appended = try prepared.completed(with: await signer.signature(over: prepared.dataToBeSigned))
        return try file.source.allBytes(limit: limit) + appended
    }

    /// Whether the file carries a signature or document time-stamp already.
    public func hasSignatures() throws(PAdESError) -> Bool { try !DocumentSignatures(in: file).signatures.isEmpty }

    private func freeFieldName() throws(PAdESError) -> String {
        let taken = Set(try DocumentSignatures(in: file).fields.map(\.name))
        var number = 1
        while taken.contains("Signature\(number)") { number += 1 }
        return "Signature\(number)"
    }

    private func digest(_ revision: PreparedRevision, into state: inout DigestState) throws {
        let whole = AppendedSource(base: file.source, appended: revision.appendedBytes)
        for range in revision.signedRanges {
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = Int(min(1 << 18, range.upperBound - offset))
                try state.update(whole.bytes(at: offset, count: count))
                offset += Int64(count)
            }
        }
    }
}
