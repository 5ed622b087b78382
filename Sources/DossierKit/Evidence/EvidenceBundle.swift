// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX
public import SignatureValidation
import ZIPSyntax

/// Everything that verdicts rest on but the files themselves, as one archive (docs/formats/evidence-v1.md).
///
/// With the same files again the same report comes out, byte for byte, without network and years later. A bundle says what
/// its maker trusted and saw; it is worth what its origin is worth, and is not signed by itself.
public struct EvidenceBundle: Sendable {
    /// A file that was judged.
    public struct JudgedFile: Sendable, Hashable {
        /// Path or name as the report has it.
        public let path: String
        /// SHA-256 in lower-case hexadecimal; `nil` for a file that could not be read.
        public let sha256: String?
        /// SHA-256 of the content of a detached signature, or of the signature over the file.
        public let companion: String?
    }

    let manifest: EvidenceManifest
    let members: [String: [UInt8]]

    /// The instant of judgement.
    public var validationTime: Instant { manifest.validationTime }
    /// What missing revocation information meant.
    public var revocation: RevocationMode { manifest.revocation }
    /// The ids of the trust bundles that were used.
    public var trustBundles: [String] { manifest.trust.bundles.map(\.id) }
    /// The files, in the order of the report.
    public var files: [JudgedFile] {
        manifest.files.map { JudgedFile(path: $0.path, sha256: $0.sha256, companion: $0.companion?.sha256) }
    }
    /// The report as JSON, as it was made (``VerificationReport/json()``).
    public var report: [UInt8] { members[EvidenceManifest.reportName] ?? [] }
    /// The names of the members beside `evidence.json`, in order.
    public var memberNames: [String] { manifest.members.map(\.name) }

    /// The bytes of a member, for example `report.json`; `nil` when there is none of the name.
    public func member(named name: String) -> [UInt8]? { members[name] }

    /// Largest archive and largest sum of members, in bytes.
    public static let limit: Int64 = 1 << 30
    /// Most members.
    public static let mostMembers = 100_000
    private static let largestManifest: Int64 = 1 << 26

    init(manifest: EvidenceManifest, members: [String: [UInt8]]) throws {
        guard manifest.members.count < Self.mostMembers,
            manifest.members.reduce(0, { $0 + $1.size }) <= Self.limit
        else {
            throw EvidenceError(
                .limitExceeded,
                "\(manifest.members.count) members, at most \(Self.mostMembers) and \(Self.limit) bytes are allowed")
        }
        self.manifest = manifest
        self.members = members
    }

    /// Judges files and keeps what the verdicts rest on.
    ///
    /// - Parameters:
    ///   - files: The files, opened.
    ///   - trustBundles: What the trust came from, to be kept beside the anchors.
    ///   - proofs: What the caller vouches for.
    ///   - expected: The person who was to sign.
    /// - Returns: The report in the bundle is that of ``VerificationReport/json()``.
    /// - Throws: When a file cannot be read; ``EvidenceError`` `limitExceeded`.
    public init(
        judging files: [OpenedFile], by validator: SignatureValidator, at time: Instant,
        trustBundles: [TrustBundle] = [], existence proofs: [ExistenceProof] = [],
        expecting expected: ExpectedSigner? = nil
    ) throws {
        var draft = EvidenceDraft(validator, at: time, expecting: expected, trustBundles: trustBundles)
        for file in files {
            let report = try FileReport(
                file, validator: validator, at: time, existence: proofs, expecting: expected)
            try draft.add(report, of: file, existence: proofs)
        }
        self = try draft.bundle()
    }

    /// Reads a bundle: every member is there, named, and as large and of the digest that is stated.
    ///
    /// Nothing in the archive says who made it: a bundle that was made up as a whole reads as well as any.
    ///
    /// - Throws: ``ZIPSyntax/ZIPSyntaxError`` for an archive that two readers could take for different ones or that passes
    ///   ``limit``; ``EvidenceError``: `notEvidence`, `newerFormat`, `invalidManifest`, `incomplete`, `unknownMember`,
    ///   `changedMember`.
    public init(parsing source: any ByteSource) throws {
        let archive = try ZIPArchive(
            reading: source,
            budget: Budget(bytes: Self.limit, depth: 2, objects: Self.mostMembers, expansionRatio: 100))
        guard let first = archive.entries.first, first.name == EvidenceManifest.name else {
            throw EvidenceError(.notEvidence, "the archive does not begin with \(EvidenceManifest.name)")
        }
        let manifest = try EvidenceManifest(parsing: archive.bytes(of: first, limit: Self.largestManifest))
        var stated: [String: EvidenceManifest.Member] = [:]
        for member in manifest.members where stated.updateValue(member, forKey: member.name) != nil {
            throw EvidenceError(.invalidManifest, "\(member.name) is named twice")
        }
        var members: [String: [UInt8]] = [:]
        for entry in archive.entries.dropFirst() {
            guard let member = stated[entry.name] else { throw EvidenceError(.unknownMember, entry.name) }
            let bytes = try archive.bytes(of: entry, limit: Self.limit)
            guard Int64(bytes.count) == member.size,
                Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)) == member.sha256
            else { throw EvidenceError(.changedMember, entry.name) }
            members[entry.name] = bytes
        }
        if let missing = manifest.members.first(where: { members[$0.name] == nil }) {
            throw EvidenceError(.incomplete, "\(missing.name) is missing")
        }
        for name in [EvidenceManifest.policyName, EvidenceManifest.algorithmsName, EvidenceManifest.reportName]
        where members[name] == nil {
            throw EvidenceError(.incomplete, "\(name) is missing")
        }
        try self.init(manifest: manifest, members: members)
    }

    /// The archive; the same bytes for the same evidence.
    ///
    /// - Throws: Nothing but want of memory.
    public func bytes() throws -> [UInt8] {
        let collected = Collected()
        var writer = ZIPWriter { collected.bytes += $0 }
        try writer.add(EvidenceManifest.name, MemorySource(manifest.bytes))
        for member in manifest.members {
            guard let bytes = members[member.name] else {
                throw EvidenceError(.incomplete, "\(member.name) is missing")
            }
            try writer.add(member.name, MemorySource(bytes))
        }
        try writer.finish()
        return collected.bytes
    }

    private final class Collected {
        var bytes: [UInt8] = []
    }
}
