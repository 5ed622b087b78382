// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import SignatureValidation
import ZIPSyntax

/// One judgement's look at a container: the manifests, and the digest of each file taken once per algorithm.
final class ContainerReading {
    /// A manifest file with what it says.
    struct ManifestFile {
        let entry: ZIPEntry
        let bytes: [UInt8]
        let manifest: ASiCManifest
        /// The signature or time-stamp file that it stands for; `nil` when the container has none of that name.
        let signature: ZIPEntry?
        let references: [ResolvedReference]
    }

    /// A reference with the file that it names.
    struct ResolvedReference {
        enum Outcome: Hashable {
            case intact, changed, missing, ambiguous, unknownAlgorithm
        }
        let path: String
        let entry: ZIPEntry?
        let reference: ASiCManifest.Reference
        let outcome: Outcome
    }

    let container: ASiCContainer
    private(set) var manifests: [ManifestFile] = []
    /// The manifests that stand for a signature or time-stamp file, by where the file is.
    private var bySignature: [Int64: [Int]] = [:]
    private(set) var hasUnreadableManifest = false
    private var digests: [DigestKey: [UInt8]?] = [:]

    private struct DigestKey: Hashable {
        let name: String
        let algorithm: DigestAlgorithm
    }

    /// Files that all manifests together may name.
    private static let referenceLimit = 200_000
    /// Bytes of all manifests together, as many as so many files need.
    private static let byteLimit: Int64 = 1 << 26
    /// Signature files, each of which is held to every data file.
    private static let signatureLimit = 500

    init(_ container: ASiCContainer) throws {
        self.container = container
        guard container.archive.entries.count(where: { ContainerRole($0) == .signature }) <= Self.signatureLimit else {
            throw ASiCError(.limitExceeded, "more than \(Self.signatureLimit) signature files")
        }
        let files = container.archive.entries.filter { [.manifest, .archiveManifest].contains(ContainerRole($0)) }
        // A larger one is not read.
        guard files.reduce(0, { $0 + min($1.size, 1 << 22) }) <= Self.byteLimit else {
            throw ASiCError(.limitExceeded, "the manifests have more than \(Self.byteLimit) bytes together")
        }
        var count = 0
        for entry in files {
            guard let bytes = try read(entry, limit: 1 << 22), let manifest = ASiCManifest(parsing: bytes) else {
                hasUnreadableManifest = true
                continue
            }
            count += manifest.references.count
            guard count <= Self.referenceLimit else {
                throw ASiCError(.limitExceeded, "the manifests name more than \(Self.referenceLimit) files")
            }
            var signature: ZIPEntry?
            if case .success(let entry) = resolve(FileURI.names(manifest.signature)) { signature = entry }
            if let signature { bySignature[signature.record.lowerBound, default: []].append(manifests.count) }
            manifests.append(
                ManifestFile(
                    entry: entry, bytes: bytes, manifest: manifest, signature: signature,
                    references: try resolve(manifest.references)))
        }
    }

    /// The manifests that refer to a signature or time-stamp file.
    func manifests(of signature: ZIPEntry) -> [ManifestFile] {
        (bySignature[signature.record.lowerBound] ?? []).map { manifests[$0] }
    }

    /// The files that manifests name: with other bytes or under another name, what stands over them would no longer hold.
    var coveredPaths: Set<String> { Set(manifests.flatMap { $0.references.compactMap { $0.entry?.name } }) }

    /// All bytes of a small file; `nil` when they are damaged or too many.
    ///
    /// - Throws: Only when the source cannot be read.
    func read(_ entry: ZIPEntry, limit: Int64) throws -> [UInt8]? {
        do throws(ZIPSyntaxError) {
            return try container.archive.bytes(of: entry, limit: limit)
        } catch  where error.code == .unreadableSource {
            throw error
        } catch {
            return nil
        }
    }

    /// The digest of a file's bytes; `nil` when they are damaged.
    ///
    /// - Throws: Only when the source cannot be read, or the system lacks the algorithm.
    func digest(of entry: ZIPEntry, _ algorithm: DigestAlgorithm) throws -> [UInt8]? {
        let key = DigestKey(name: entry.name, algorithm: algorithm)
        if let known = digests[key] { return known }
        var digest: [UInt8]?
        do {
            var reader = try container.archive.reader(of: entry)
            if entry.compression == .stored {
                // Read to the end for its CRC-32; the digest is shared with whoever judges the file itself.
                while try reader.next() != nil {}
                digest = try algorithm.digest(of: container.contents.source(of: entry, in: container.archive))
            } else {
                var state = try DigestState(algorithm)
                while let piece = try reader.next() { try state.update(piece) }
                digest = try state.finalized()
            }
        } catch let error as ZIPSyntaxError where error.code != .unreadableSource {
            digest = nil
        }
        digests[key] = .some(digest)
        return digest
    }

    private enum Unresolved: Error { case missing, ambiguous }

    /// The file that a reference names: the name as it stands, with its escapes resolved, or relative to the root of the
    /// container (RFC 3986 §5.2), but not two different ones.
    private func resolve(_ names: [String]) -> Result<ZIPEntry, Unresolved> {
        let names = Set(names.map { Array($0.utf8) })
        let found = names.compactMap { container.archive.entry(named: String(decoding: $0, as: UTF8.self)) }
            .filter { !$0.isFolder }
        guard let entry = found.first else { return .failure(.missing) }
        return found.count == 1 ? .success(entry) : .failure(.ambiguous)
    }

    private func resolve(_ references: [ASiCManifest.Reference]) throws -> [ResolvedReference] {
        var seen: Set<String> = []
        return try references.map { reference in
            let names = FileURI.names(reference.uri)
            let path = names.last ?? reference.uri
            var found: ZIPEntry?
            let outcome: ResolvedReference.Outcome
            switch resolve(names) {
            case .failure(.missing): outcome = .missing
            case .failure(.ambiguous): outcome = .ambiguous
            case .success(let entry):
                found = entry
                if !seen.insert(entry.name).inserted {
                    outcome = .ambiguous
                } else if let algorithm = reference.algorithm {
                    outcome = try digest(of: entry, algorithm) == reference.digest ? .intact : .changed
                } else {
                    outcome = .unknownAlgorithm
                }
            }
            return ResolvedReference(path: found?.name ?? path, entry: found, reference: reference, outcome: outcome)
        }
    }
}
