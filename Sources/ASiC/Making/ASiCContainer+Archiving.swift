// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
public import CryptoPrimitives
import DossierCore
public import PKIX
import ZIPSyntax

/// A container that lacks only an archive time-stamp over everything in it (EN 319 162-1 §4.4.4, A.7).
public struct PreparedArchiveTimeStamp: Sendable {
    /// What the authority is asked to stamp: the digest of the new manifest.
    public let imprint: MessageImprint
    let parts: [PreparedContainer.Part]
    let path: String
    let comment: [UInt8]

    /// Writes the container with the token. What is there keeps every byte of its content.
    ///
    /// - Parameters:
    ///   - token: Over ``imprint``; the caller has checked that it holds.
    ///   - output: Takes the bytes in order.
    /// - Throws: ``ASiCError`` `cannotBeSigned` for a token over something else; ``ZIPSyntax/ZIPSyntaxError``; errors of the
    ///   source and the output unchanged.
    public func write(_ token: TimeStampToken, to output: @escaping ([UInt8]) throws -> Void) throws {
        try check(token)
        try PreparedContainer.write(parts, path, token.bytes, comment, to: output)
    }

    /// The container with the token; the files stay where they are and are read there.
    ///
    /// - Throws: As ``write(_:to:)``.
    public func container(with token: TimeStampToken) throws -> ASiCContainer {
        try check(token)
        return try ASiCContainer(laidOut: PreparedContainer.laidOut(parts, path, token.bytes, comment))
    }

    private func check(_ token: TimeStampToken) throws(ASiCError) {
        guard token.information.imprint == imprint else {
            throw ASiCError(.cannotBeSigned, "the time-stamp is over another manifest")
        }
    }
}

extension ASiCContainer {
    /// Where the newest archive manifest is (A.7).
    static let newestArchiveManifest = "META-INF/ASiCArchiveManifest.xml"

    /// Lays out an archive time-stamp: a new ASiCArchiveManifest over all files, signatures and time-stamps there are.
    ///
    /// The newest archive manifest has the name without a number; the one that had it gets the next free number, its bytes
    /// unchanged. Add all material that is to be archived to the signatures before.
    ///
    /// - Parameter algorithm: The digest of manifest and imprint.
    /// - Throws: ``ASiCError``: `cannotBeSigned` without a signature, with a damaged file, where another manifest names the newest
    ///   archive manifest, or for an ASiC-S, whose signature takes archive time-stamps itself; errors of the source.
    public func preparingArchiveTimeStamp(_ algorithm: DigestAlgorithm = .sha256) throws -> PreparedArchiveTimeStamp {
        guard type == .extended, archive.entries.contains(where: { ContainerRole($0) == .signature }) else {
            throw ASiCError(.cannotBeSigned, "an archive time-stamp needs an ASiC-E with a signature")
        }
        let reading = try ContainerReading(self)
        let newest = Self.newestArchiveManifest
        guard !reading.coveredPaths.contains(newest) else {
            throw ASiCError(.cannotBeSigned, "\(newest) is covered by another manifest under this name")
        }
        let stamp = free { "META-INF/timestamp\($0).tst" }
        let archived = free { "META-INF/ASiCArchiveManifest\($0).xml" }
        var parts: [PreparedContainer.Part] = []
        var references: [ASiCManifest.Reference] = []
        for entry in archive.entries {
            var path = entry.name
            if entry.name == newest {
                guard let bytes = try reading.read(entry, limit: 1 << 22) else {
                    throw ASiCError(.cannotBeSigned, "\(entry.name) is damaged")
                }
                path = archived
                let file = ContainerFile(path: archived, source: MemorySource(bytes))
                parts.append(.new(file, try ZIPWriter.measure(file.source)))
            } else {
                parts.append(.existing(entry, of: archive))
            }
            let role = ContainerRole(entry)
            guard role != .mimetype, role != .folder else { continue }
            guard let digest = try reading.digest(of: entry, algorithm) else {
                throw ASiCError(.cannotBeSigned, "\(entry.name) is damaged")
            }
            references.append(
                ASiCManifest.Reference(
                    uri: FileURI.encode(path), mediaType: nil, algorithm: algorithm, digest: digest,
                    isRoot: entry.name == newest))
        }
        let manifest = ASiCManifest(signature: stamp, references: references, isTimeStamped: true).bytes
        let file = ContainerFile(path: newest, source: MemorySource(manifest))
        parts.append(.new(file, try ZIPWriter.measure(file.source)))
        return PreparedArchiveTimeStamp(
            imprint: try MessageImprint(of: manifest, algorithm), parts: parts, path: stamp, comment: archive.comment)
    }

    /// The bytes of the container with an archive time-stamp.
    ///
    /// - Throws: As ``preparingArchiveTimeStamp(_:)``; ``PKIX/TimeStampNotAccepted`` for a token that does not hold; errors of
    ///   the authority unchanged.
    public func addingArchiveTimeStamp(from authority: some TimeStamping) async throws -> [UInt8] {
        try await archived(by: authority).archive.source.allBytes(limit: .max)
    }

    /// The container with an archive time-stamp; the files stay where they are and are read there.
    ///
    /// - Throws: As ``addingArchiveTimeStamp(from:)``.
    public func archived(by authority: some TimeStamping) async throws -> ASiCContainer {
        let prepared = try preparingArchiveTimeStamp(authority.imprintDigest)
        return try prepared.container(with: await authority.checkedToken(for: prepared.imprint))
    }

    /// A container that was laid out here.
    init(laidOut source: SplicedSource) throws {
        guard let container = try ASiCContainer(reading: source) else {
            throw ASiCError(.cannotBeSigned, "the container lost its signatures")
        }
        self = container
    }

    /// The first name of a number with three digits or more that the container does not have.
    private func free(_ name: (String) -> String) -> String {
        var number = 1
        while archive.entry(named: name(Self.padded(number))) != nil { number += 1 }
        return name(Self.padded(number))
    }
}
