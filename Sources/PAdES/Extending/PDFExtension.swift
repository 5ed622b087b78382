// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
import CryptoPrimitives
public import DossierCore
public import PDFSyntax
public import PKIX
public import SignatureValidation

/// A signed PDF that is raised from level to level by incremental updates (EN 319 142-1 §6.3): document time-stamps and
/// material in the document security store.
///
/// A time-stamp for B-T is a document time-stamp too, because a signature's contents are not written again.
public struct PDFExtension: SignatureExtension {
    public let domains: [TrustDomain]
    /// The bytes to append to the file.
    public private(set) var appendedBytes: [UInt8] = []
    /// Whether each signature gets its entry under `/VRI`, as older readers expect.
    public var namesMaterialPerSignature = true
    private let source: any ByteSource
    private let budget: Budget

    /// Begins with a signed PDF.
    ///
    /// - Throws: ``PDFSyntax/PDFSyntaxError``.
    public init(
        of source: any ByteSource, trusting domains: [TrustDomain], budget: Budget = .standard
    ) throws(PDFSyntaxError) {
        self.source = source
        self.domains = domains
        self.budget = budget
        _ = try PDFFile(reading: source, budget: budget)
    }

    /// The whole file.
    ///
    /// - Parameter limit: Largest file that is returned in memory, in bytes.
    /// - Throws: ``DossierCore/ByteSourceError``.
    public func bytes(limit: Int64 = 1 << 30) throws(ByteSourceError) -> [UInt8] {
        try source.allBytes(limit: limit) + appendedBytes
    }

    private func document() throws(PDFSyntaxError) -> PDFDocument {
        try PDFDocument(parsing: AppendedSource(base: source, appended: appendedBytes), budget: budget)
    }

    public func signatureFacts() throws -> [SignatureFacts] {
        try document().signatureFacts(with: ValidationMaterial())
    }

    public mutating func addTimeStamps(from authority: any TimeStamping) async throws {
        let isStamped = try signatureFacts().allSatisfy { facts in
            facts.timeStamps.contains { $0.kind != .content && $0.holds }
        }
        if !isStamped { try await addArchiveTimeStamps(from: authority) }
    }

    public mutating func add(_ material: ValidationMaterial) throws {
        let document = try document()
        let signatures = try DocumentSignatures(in: document.file).signatures.filter { !$0.isDocumentTimeStamp }
        var information: [SignatureInformation] = []
        if namesMaterialPerSignature {
            let facts = try document.signatureFacts(with: ValidationMaterial())
            for (signature, facts) in zip(signatures, facts) {
                // The time of judgement does not matter: every signature has a time-stamp by now.
                let needed = LongTermMaterial(
                    for: facts, trusting: domains, from: facts.longTermMaterial.merging(material),
                    at: facts.claimedSigningTime ?? Instant(seconds: 0))
                information.append(
                    try SignatureInformation(
                        contents: signature.dictionary.contents, DocumentSecurityStore(needed.material)))
            }
        }
        let identifier = try document.identifier(for: "DSS")
        let added = try DocumentSecurityStore(material).appended(
            to: document.file, identifier: identifier, information: information)
        appendedBytes += added ?? []
    }

    public mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws {
        let document = try document()
        let file = document.file
        let field = try document.freeFieldName("Timestamp")
        var room = authority.tokenRoom
        while true {
            let revision = try SignaturePlaceholder.prepare(
                file, in: .new(name: field),
                SignatureRequest(.documentTimeStamp, at: Instant(seconds: 0), reservedBytes: room),
                identifier: document.identifier(for: field))
            var state = try DigestState(authority.imprintDigest)
            try document.digest(revision, into: &state)
            let imprint = MessageImprint(authority.imprintDigest, value: try state.finalized())
            let token = try await authority.acceptedToken(for: imprint)
            if token.bytes.count <= revision.reservedBytes {
                appendedBytes += try revision.completed(contents: token.bytes)
                return
            }
            // At least doubled, so that an authority whose tokens grow each time comes to an end.
            room = max(2 * room, token.bytes.count + 256)
            guard room <= 1 << 22 else {
                throw PAdESError(.contentsTooLarge, neededBytes: token.bytes.count, "a time-stamp of over 4 MiB")
            }
        }
    }
}
