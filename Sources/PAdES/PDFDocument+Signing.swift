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

    /// The bytes to append to the file, at level B-B.
    ///
    /// - Throws: ``AdES/AdESError`` when the value does not verify; ``PAdESError`` `contentsTooLarge`.
    public func completed(with value: [UInt8]) throws -> [UInt8] { try completed(with: SignatureValue(value)) }

    func completed(with value: SignatureValue) throws -> [UInt8] {
        try revision.completed(contents: signature.completed(with: value))
    }

    /// The bytes to append to the file, at level B-T with a time-stamp over the value.
    ///
    /// - Throws: ``AdES/AdESError`` when value or token do not hold; ``PAdESError`` `contentsTooLarge` with the room that a
    ///   new layout needs, when less was reserved.
    public func completed(with value: [UInt8], timeStamp: TimeStampToken) throws -> [UInt8] {
        try revision.completed(contents: signature.completed(with: value, timeStamp: timeStamp))
    }

    /// The same with a time-stamp that is asked for here, after the value was checked.
    ///
    /// - Throws: as ``completed(with:timeStamp:)``; errors of the authority unchanged.
    public func completed(with value: [UInt8], stampedBy authority: some TimeStamping) async throws -> [UInt8] {
        try await completed(with: SignatureValue(value), stampedBy: authority)
    }

    func completed(with value: SignatureValue, stampedBy authority: some TimeStamping) async throws -> [UInt8] {
        try await revision.completed(contents: signature.completed(with: value, stampedBy: authority))
    }
}

extension PDFDocument {
    /// Lays out a signature of level B-B or B-T (EN 319 142-1 §6.3).
    ///
    /// - Parameters:
    ///   - certificate: The signer's certificate, bound by signing-certificate-v2.
    ///   - chain: Further certificates to embed.
    ///   - scheme: The scheme of the value.
    ///   - time: The claimed time, written as `/M` in Vietnam's time; the CMS has no signing-time.
    ///   - reason: Written as `/Reason`.
    ///   - field: The field; `nil` for a new one with the first free name.
    ///   - appearance: What is shown and where; `nil` for nothing.
    ///   - permission: Certifies the document (DocMDP); only its first signature can.
    ///   - lock: The fields that the signature locks (FieldMDP).
    ///   - properties: Commitments and roles of the signer; a content time-stamp over the file's new revision is not made.
    ///   - tokenRoom: Room for a time-stamp in bytes; `nil` for level B-B. Room for certificates, attributes and the largest
    ///     value is computed.
    /// - Throws: ``PAdESError``; ``AdES/AdESError``; ``DossierCore/ByteSourceError``.
    public func preparingSignature(
        for certificate: Certificate, chain: [Certificate], scheme: SignatureScheme, claiming time: Instant,
        reason: String? = nil, in field: FieldChoice? = nil, appearance: VisibleSignature? = nil,
        certifying permission: DocumentPermission? = nil, locking lock: FieldLock? = nil,
        properties: SignedProperties = SignedProperties(), tokenRoom: Int? = nil
    ) throws -> PreparedPDFSignature {
        var request = SignatureRequest(
            permission.map { .certification($0) } ?? .approval, at: time, timeOffset: 25_200,
            name: certificate.subject.commonName, reason: reason, lock: lock)
        request.appearance = appearance
        let contentDigest = PreparedSignature.digest(for: scheme)
        // A signature over another content of the same kind has the same size.
        request.reservedBytes = try PreparedSignature(
            contentDigest: [UInt8](repeating: 0, count: contentDigest.byteCount), certificate: certificate,
            chain: chain, scheme: scheme, signingTime: nil, properties: properties
        ).largestSize(tokenRoom: tokenRoom)
        let identifier = try identifier(for: "\(time) \(Hexadecimal.encode(certificate.fingerprint))")
        let choice: FieldChoice
        if let field { choice = field } else { choice = .new(name: try freeFieldName("Signature")) }
        let revision = try SignaturePlaceholder.prepare(self, in: choice, request, identifier: identifier)
        let signature = try PreparedSignature(
            contentDigest: try digest(contentDigest, of: revision), certificate: certificate, chain: chain,
            scheme: scheme,
            signingTime: nil, properties: properties)
        return PreparedPDFSignature(revision: revision, signature: signature)
    }

    /// Signs and returns the whole signed file; the bytes before stay as they are.
    ///
    /// - Parameters:
    ///   - signer: Called once; again when a time-stamp does not fit the room that was reserved for it, because the room is
    ///     part of what is signed. Check it first with ``AdES/SignerCheck``.
    ///   - level: Reached, or an error is thrown; never a lower one.
    ///   - limit: Largest file that is returned in memory, in bytes; for larger ones see
    ///     ``signedSource(by:claiming:reason:in:appearance:certifying:locking:level:properties:)``.
    /// - Throws: as there.
    public func signed(
        by signer: some Signer, claiming time: Instant, reason: String? = nil, in field: FieldChoice? = nil,
        appearance: VisibleSignature? = nil, certifying permission: DocumentPermission? = nil,
        locking lock: FieldLock? = nil, level: SigningLevel = .b, properties: SignedProperties = SignedProperties(),
        limit: Int64 = 1 << 30
    ) async throws -> [UInt8] {
        guard file.source.size <= limit else {
            throw ByteSourceError.outOfBounds(offset: 0, count: Int(clamping: file.source.size), size: limit)
        }
        return try await signedSource(
            by: signer, claiming: time, reason: reason, in: field, appearance: appearance, certifying: permission,
            locking: lock, level: level, properties: properties
        ).allBytes(limit: limit)
    }

    /// Signs and returns the signed file as the file before and the bytes to append, of which only these are held in
    /// memory.
    ///
    /// - Parameters: As for
    ///   ``signed(by:claiming:reason:in:appearance:certifying:locking:level:properties:limit:)``.
    /// - Throws: as
    ///   ``preparingSignature(for:chain:scheme:claiming:reason:in:appearance:certifying:locking:properties:tokenRoom:)``;
    ///   errors of the signer and of the time-stamp authority unchanged.
    public func signedSource(
        by signer: some Signer, claiming time: Instant, reason: String? = nil, in field: FieldChoice? = nil,
        appearance: VisibleSignature? = nil, certifying permission: DocumentPermission? = nil,
        locking lock: FieldLock? = nil, level: SigningLevel = .b, properties: SignedProperties = SignedProperties()
    ) async throws -> AppendedSource {
        let appended = try await Self.signature(by: signer, level) { tokenRoom in
            try preparingSignature(
                for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: time, reason: reason,
                in: field, appearance: appearance, certifying: permission, locking: lock, properties: properties,
                tokenRoom: tokenRoom)
        }
        let stamped = AppendedSource(base: file.source, appended: appended)
        guard let resources = level.resources else { return stamped }
        var extended = try PDFExtension(of: stamped, trusting: resources.domains, budget: file.budget)
        extended.raisesNewestOnly = true
        try await extended.extend(to: level.level, with: resources, at: time)
        return extended.extendedSource
    }

    /// The bytes to append for a signature at level B-B or B-T.
    private static func signature(
        by signer: some Signer, _ level: SigningLevel, prepare: (Int?) throws -> PreparedPDFSignature
    ) async throws -> [UInt8] {
        guard let authority = level.timeStamps else {
            let prepared = try prepare(nil)
            return try prepared.completed(with: await prepared.signature.value(by: signer))
        }
        var room = authority.tokenRoom
        while true {
            let prepared = try prepare(room)
            let value = try await prepared.signature.value(by: signer)
            do {
                return try await prepared.completed(with: value, stampedBy: authority)
            } catch let error as PAdESError where error.code == .contentsTooLarge {
                // At least doubled, so that an authority whose tokens grow each time cannot keep the signer signing; and some
                // bytes more than were missing, because an elliptic signature in the next token may be longer by a few.
                room = max(2 * room, room + (error.neededBytes ?? 0) - prepared.revision.reservedBytes + 64)
                guard room <= 1 << 22 else { throw error }
            }
        }
    }

    /// Whether the file carries a signature or document time-stamp already.
    public func hasSignatures() throws(PAdESError) -> Bool { try !signatures().signatures.isEmpty }

    /// The second element of a new `/ID`: a digest of the file's size, its end and what is done to it, different for every
    /// revision without asking for randomness (ISO 32000-2 §14.4 asks for no more).
    func identifier(for purpose: String) throws -> [UInt8] {
        let size = file.source.size
        var state = try DigestState(.sha256)
        try state.update(file.source, max(0, size - 4096)..<size)
        try state.update(Array("\(size) \(purpose)".utf8))
        return Array(try state.finalized().prefix(16))
    }

    /// The first name of a kind that no field or group of fields has.
    func freeFieldName(_ prefix: String) throws(PAdESError) -> String {
        let form = try FormTree(file, asOf: file.revisions.count - 1)
        let names = try signatures().fields.map(\.name) + form.nodes.values.map(\.name)
        let taken = Set(names.map { $0.prefix { $0 != "." } })
        var number = 1
        while taken.contains("\(prefix)\(number)"[...]) { number += 1 }
        return "\(prefix)\(number)"
    }

    /// The digest of what a new revision signs.
    func digest(_ algorithm: DigestAlgorithm, of revision: PreparedRevision) throws(SourceDigestError) -> [UInt8] {
        try algorithm.digest(
            of: AppendedSource(base: file.source, appended: revision.appendedBytes), ranges: revision.signedRanges)
    }
}
