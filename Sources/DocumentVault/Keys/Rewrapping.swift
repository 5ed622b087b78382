// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Wraps the keys of versions anew under the secret of a new epoch, by several tasks at once.
struct Rewrapping: Sendable {
    let vault: VaultID
    let secrets: [Int64: EpochSecret]
    let current: EpochSecret
    let random: any RandomSource

    /// Versions for each task.
    private static let perTask = 64

    typealias Outcome = (renewed: [VersionID: [UInt8]], left: [KeyLeftBehind])

    /// Opens every record; gives those of earlier epochs under the current one, and the versions that have none which holds.
    func renewed(
        _ versions: ArraySlice<DocumentVersion>, _ records: [VersionID: [UInt8]]
    ) async throws(VaultError) -> Outcome {
        let parts = stride(from: versions.startIndex, to: versions.endIndex, by: Self.perTask).map {
            versions[$0..<min($0 + Self.perTask, versions.endIndex)]
        }
        let outcomes = await withTaskGroup { group in
            for part in parts { group.addTask { await outcome(part, records) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var all: Outcome = ([:], [])
        all.renewed.reserveCapacity(versions.count)
        for outcome in outcomes {
            let part = try outcome.get()
            all.renewed.merge(part.renewed) { $1 }
            all.left += part.left
        }
        return all
    }

    @concurrent private func outcome(
        _ versions: ArraySlice<DocumentVersion>, _ records: [VersionID: [UInt8]]
    ) async -> Result<Outcome, VaultError> {
        var all: Outcome = ([:], [])
        do throws(VaultError) {
            for version in versions {
                do throws(VaultError) {
                    guard let bytes = records[version.id] else {
                        throw VaultError(.damaged, "the store does not have it")
                    }
                    if let record = try renewed(version, bytes) { all.renewed[version.id] = record.bytes }
                } catch {
                    guard error.code == .damaged || error.code == .newerVersion else { throw error }
                    all.left.append(
                        KeyLeftBehind(document: version.document, version: version.id, detail: error.detail))
                }
            }
        } catch {
            return .failure(error)
        }
        return .success(all)
    }

    private func renewed(_ version: DocumentVersion, _ bytes: [UInt8]) throws(VaultError) -> KeyRecord? {
        let object = "key record \(version.id)"
        let record = try KeyRecord(parsing: bytes, object: object)
        guard record.document == version.document, record.version == version.id, let secret = secrets[record.epoch]
        else { throw VaultError(.damaged, object: object, "it belongs to another version or epoch") }
        guard record.epoch < current.number else {
            try record.check(vault: vault, under: secret, object: object)
            return nil
        }
        return try record.renewed(vault: vault, from: secret, under: current, random: random, object: object)
    }
}
