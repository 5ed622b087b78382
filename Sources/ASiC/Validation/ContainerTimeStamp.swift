// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PKIX
public import SignatureValidation
import ZIPSyntax

/// A time-stamp that is a file of its container, with the files that it stands over.
public struct ContainerTimeStamp: Sendable {
    /// The time-stamp's file.
    public let path: String
    /// The time-stamp; ``SignatureValidation/AttachedTimeStamp/covers`` has the manifest and the files by SHA-256.
    public let stamp: AttachedTimeStamp
    /// The files that it covers.
    public let covered: [String]
    /// Data files of the container that it does not cover.
    public let uncovered: [String]
}

/// Reads the time-stamp files of a container (EN 319 162-1 §4.3.3.3, §4.4.4, A.7) and what they cover.
struct ContainerTimeStampReading {
    private let reading: ContainerReading
    private let material: ValidationMaterial

    /// How many objects all time-stamps together may prove for all signatures.
    private static let coverLimit = 2_000_000

    init(_ reading: ContainerReading, material: ValidationMaterial) {
        self.reading = reading
        self.material = material
    }

    func all() throws -> [ContainerTimeStamp] {
        var found: [ContainerTimeStamp] = []
        for entry in reading.container.archive.entries where ContainerRole(entry) == .timeStamp {
            var stamp = try stamp(entry)
            stamp = ContainerTimeStamp(
                path: stamp.path, stamp: Self.numbered(stamp.stamp, found.count + 1), covered: stamp.covered,
                uncovered: stamp.uncovered)
            found.append(stamp)
        }
        return found
    }

    private static func numbered(_ stamp: AttachedTimeStamp, _ number: Int) -> AttachedTimeStamp {
        var stamp = stamp
        stamp.id = "T-\(number)"
        return stamp
    }

    private func stamp(_ entry: ZIPEntry) throws -> ContainerTimeStamp {
        let files = reading.container.files.map(\.name)
        let linked = reading.manifests(of: entry)
        let token = try reading.read(entry, limit: 1 << 24).flatMap { try? TimeStampToken(parsing: $0) }
        var faults: [ContainerFault] = token == nil ? [.timeStampUnreadable] : []
        var covers: [ValidationObject] = []
        var covered: [String] = []
        var digests: [DigestAlgorithm] = []
        var kind = TimeStampKind.content
        var imprint: (DigestAlgorithm) throws -> [UInt8]? = { _ in nil }
        if linked.count == 1, let manifest = linked.first {
            imprint = { try $0.digest(of: manifest.bytes) }
            covers.append(ValidationObject(.content, bytes: manifest.bytes))
            for reference in manifest.references {
                guard reference.outcome == .intact, let file = reference.entry else {
                    if !faults.contains(.timeStampReference) { faults.append(.timeStampReference) }
                    continue
                }
                covered.append(file.name)
                if let digest = reference.reference.algorithm, !digests.contains(digest) { digests.append(digest) }
                if ContainerRole(file) == .signature { kind = .archive }
                if let digest = try reading.digest(of: file, .sha256) {
                    covers.append(ValidationObject(.content, digest: digest))
                }
            }
        } else if reading.container.type == .simple, linked.isEmpty, files.count == 1,
            let file = reading.container.files.first
        {
            // §4.3.3.3: without a manifest the time-stamp is over the data file itself.
            let reading = reading
            imprint = { try reading.digest(of: file, $0) }
            covered = [file.name]
            if let digest = try reading.digest(of: file, .sha256) {
                covers.append(ValidationObject(.content, digest: digest))
            }
        } else {
            faults.append(linked.isEmpty ? .manifestMissing : .manifestAmbiguous)
        }
        let tokenMaterial = token?.material ?? ValidationMaterial()
        let facts = try token.map { try $0.verify(imprint: imprint, candidates: material.certificates) }
        let names = Set(covered)
        return ContainerTimeStamp(
            path: entry.name,
            stamp: AttachedTimeStamp(
                id: "", kind: kind, token: token, facts: facts, covers: covers, referenceDigests: digests,
                formatFaults: faults.map(\.format), material: tokenMaterial),
            covered: covered, uncovered: files.filter { !names.contains($0) })
    }

    /// Adds the time-stamps that cover a signature's file to that signature, with everything that the file holds and every
    /// other time-stamp whose file they cover, oldest first.
    ///
    /// What a time-stamp covers is what its manifest names by digest (A.7): where it stands in the archive says nothing, since
    /// nobody signs the order. Another time-stamp is covered when the file of its token is named; its manifest alone does not
    /// hold the token. The signatures of one file stand together: a time-stamp over the file is over each.
    ///
    /// - Parameter files: The file that each signature stands in.
    static func attach(
        _ stamps: [ContainerTimeStamp], to facts: inout [SignatureFacts], of files: [String],
        numberedAfter first: Int
    ) throws {
        let byPath = Dictionary(stamps.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        // Taken before any is attached: those are no part of the signature's file.
        let inside = facts.map { objects(of: $0) }
        var count = 0
        var enclosed: [Int: ValidationMaterial] = [:]
        for (number, item) in inTime(stamps).enumerated() where item.stamp.kind == .archive {
            let covered = Set(item.covered)
            let others = item.covered.compactMap { byPath[$0]?.stamp }.flatMap { stamp in
                (stamp.token.map { [ValidationObject($0)] } ?? []) + stamp.material.validationObjects
            }
            for index in facts.indices where covered.contains(files[index]) {
                var stamp = numbered(item.stamp, first + number + 1)
                stamp.covers += others + inside[index]
                count += stamp.covers.count
                guard count <= coverLimit else {
                    throw ASiCError(.limitExceeded, "the time-stamps cover more than \(coverLimit) objects")
                }
                facts[index].timeStamps.append(stamp)
                enclosed[index] = (enclosed[index] ?? ValidationMaterial()).merging(stamp.material)
            }
        }
        for (index, material) in enclosed {
            facts[index].longTermMaterial = facts[index].longTermMaterial.merging(material)
        }
    }

    /// By what their tokens say of the time, those of one time as they stand: the last is the newest wherever it stands.
    private static func inTime(_ stamps: [ContainerTimeStamp]) -> [ContainerTimeStamp] {
        stamps.enumerated().sorted { left, right in
            let (first, second) = (left.element.stamp.facts?.time, right.element.stamp.facts?.time)
            guard let first, let second, first != second else {
                return (first == nil ? 0 : 1, left.offset) < (second == nil ? 0 : 1, right.offset)
            }
            return first < second
        }.map(\.element)
    }

    /// What stands inside a signature's file.
    private static func objects(of facts: SignatureFacts) -> [ValidationObject] {
        (facts.signatureObject.map { [$0] } ?? []) + facts.material.merging(facts.longTermMaterial).validationObjects
            + facts.timeStamps.flatMap { stamp in
                (stamp.token.map { [ValidationObject($0)] } ?? []) + stamp.material.validationObjects
            }
    }
}
