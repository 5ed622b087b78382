// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
import CryptoPrimitives
public import DossierCore
public import PDFSyntax
public import PKIX
public import SignatureValidation
internal import Synchronization

/// A signed PDF that is raised from level to level by incremental updates (EN 319 142-1 §6.3): document time-stamps and
/// material in the document security store.
///
/// A time-stamp for B-T is a document time-stamp too, because a signature's contents are not written again. Of the file only
/// what is appended is held in memory, and its bytes are digested once, whatever is added.
public struct PDFExtension: SignatureExtension {
    public let domains: [TrustDomain]
    /// The bytes to append to the file.
    public private(set) var appendedBytes: [UInt8] = []
    /// Whether each signature gets its entry under `/VRI`, as older readers expect.
    public var namesMaterialPerSignature = true
    /// Whether only the newest signature is raised: beside others, of which nobody can change the form any more, a new one has a
    /// level of its own (EN 319 142-1 §6).
    public var raisesNewestOnly = false
    private let source: any ByteSource
    private let budget: Budget
    /// The file as it is now.
    private var document: PDFDocument
    private var known = KnownFacts()

    /// Begins with a signed PDF.
    ///
    /// - Throws: ``PDFSyntax/PDFSyntaxError``.
    public init(
        of source: any ByteSource, trusting domains: [TrustDomain], budget: Budget = .standard
    ) throws(PDFSyntaxError) {
        self.source = DigestedSource.wrapping(source)
        self.domains = domains
        self.budget = budget
        document = try PDFDocument(parsing: self.source, budget: budget)
    }

    /// The file and what is appended as one source.
    public var extendedSource: AppendedSource { AppendedSource(base: source, appended: appendedBytes) }

    /// The whole file.
    ///
    /// - Parameter limit: Largest file that is returned in memory, in bytes; for larger ones see ``extendedSource``.
    /// - Throws: ``DossierCore/ByteSourceError``.
    public func bytes(limit: Int64 = 1 << 30) throws(ByteSourceError) -> [UInt8] {
        try extendedSource.allBytes(limit: limit)
    }

    private mutating func append(_ bytes: [UInt8]) throws(PDFSyntaxError) {
        document = try PDFDocument(
            parsing: AppendedSource(base: source, appended: appendedBytes + bytes), budget: budget)
        appendedBytes += bytes
        known = KnownFacts()
    }

    public func signatureFacts() throws -> [SignatureFacts] { try known.facts(of: document) }

    public func isRaised(_ facts: SignatureFacts) -> Bool {
        guard raisesNewestOnly else { return true }
        // Signatures that were taken out come behind those that are there.
        let count = (try? document.signatures().signatures.count { !$0.isDocumentTimeStamp }) ?? 0
        return facts.id == "S-\(count)"
    }

    public mutating func addTimeStamps(from authority: any TimeStamping) async throws {
        let isStamped = try signatureFacts().filter(isRaised).allSatisfy { facts in
            facts.timeStamps.contains { $0.standsOverSignature && $0.holds }
        }
        if !isStamped { try await addArchiveTimeStamps(from: authority) }
    }

    public mutating func add(_ material: ValidationMaterial) throws {
        let signatures = try document.signatures().signatures.filter { !$0.isDocumentTimeStamp }
        var information: [SignatureInformation] = []
        if namesMaterialPerSignature {
            for (signature, facts) in zip(signatures, try signatureFacts()) where isRaised(facts) {
                // The time of judgement does not matter: every signature has a time-stamp by now.
                let needed = LongTermMaterial(
                    for: facts, trusting: domains, from: facts.longTermMaterial.merging(material),
                    at: facts.claimedSigningTime ?? Instant(seconds: 0))
                information.append(
                    try SignatureInformation(
                        contents: signature.dictionary.contents, DocumentSecurityStore(needed.material)))
            }
        }
        let added = try DocumentSecurityStore(material).appended(
            to: document.file, identifier: document.identifier(for: "DSS"), information: information)
        if let added { try append(added) }
    }

    public mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws {
        let document = document
        let field = try document.freeFieldName("Timestamp")
        var room = authority.tokenRoom
        while true {
            let revision = try SignaturePlaceholder.prepare(
                document, in: .new(name: field),
                SignatureRequest(.documentTimeStamp, at: Instant(seconds: 0), reservedBytes: room),
                identifier: document.identifier(for: field))
            let imprint = MessageImprint(
                authority.imprintDigest, value: try document.digest(authority.imprintDigest, of: revision))
            let token = try await authority.acceptedToken(for: imprint)
            if token.bytes.count <= revision.reservedBytes {
                return try append(revision.completed(contents: token.bytes))
            }
            // At least doubled, so that an authority whose tokens grow each time comes to an end.
            room = max(2 * room, token.bytes.count + 256)
            guard room <= 1 << 22 else {
                throw PAdESError(.contentsTooLarge, neededBytes: token.bytes.count, "a time-stamp of over 4 MiB")
            }
        }
    }
}

/// The facts of a document, read once.
private final class KnownFacts: Sendable {
    private let known = Mutex<[SignatureFacts]?>(nil)

    func facts(of document: PDFDocument) throws -> [SignatureFacts] {
        if let facts = known.withLock({ $0 }) { return facts }
        let facts = try document.signatureFacts(with: ValidationMaterial())
        known.withLock { $0 = facts }
        return facts
    }
}
