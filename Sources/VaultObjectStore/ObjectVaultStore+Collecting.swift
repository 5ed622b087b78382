// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore

extension ObjectVaultStore {
    /// Large contents that no entry of a vault names and that have lain there for long: what interrupted uploads left.
    ///
    /// For whoever keeps the store and has no key: a figure to watch. It deletes nothing, because without a key it cannot
    /// be known whether a deposit that waits, or an uploader that is slow, is still going to name one; ``DocumentVault/Vault``
    /// `.sweep` announces in the journal what it deletes, and decides by no clock.
    ///
    /// - Parameters:
    ///   - age: Least age in seconds, by the object store's own times.
    ///   - now: Now.
    /// - Throws: ``DocumentVault/VaultError``: `damaged` for an entry that cannot be read, errors of the store.
    public func unnamedContents(
        of vault: VaultID, olderThan age: Int64 = 86_400, at now: Instant
    ) async throws(VaultError) -> [ContentID] {
        let limit = now.adding(seconds: -max(0, age))
        let folder = folder(of: vault)
        var old: Set<ContentID> = []
        do throws(S3Failure) {
            var last: String?
            while true {
                let page = try await client.list(folder, after: last, limit: 1_000)
                for object in page.objects where object.modified.map({ $0 < limit }) ?? false {
                    if let id = ContentID(object.key.dropFirst(folder.count)) { old.insert(id) }
                }
                guard page.isTruncated, let end = page.objects.last?.key else { break }
                last = end
            }
        } catch {
            throw error.error("contents of vault \(vault)")
        }
        // The entries after the contents: what is named meanwhile is seen.
        var next: Int64 = 0
        while !old.isEmpty {
            let entries = try await records.entries(of: vault, from: next, limit: 256)
            guard let end = entries.last?.sequence, end >= next else { break }
            for entry in entries { old.subtract(try entry.contents()) }
            next = end + 1
        }
        return old.sorted()
    }

    /// Gives up the uploads that nobody has completed for long, with their parts: what killed uploaders left.
    ///
    /// An uploader that is merely slow finds its upload gone, gets `storeFailure`, and no entry names what it put; so the age
    /// decides about storage, never about what is lost.
    ///
    /// - Parameters:
    ///   - age: Least age in seconds, by the object store's own times.
    ///   - now: Now.
    /// - Returns: How many were given up.
    /// - Throws: ``DocumentVault/VaultError``: errors of the store.
    public func abortUploads(olderThan age: Int64 = 86_400, at now: Instant) async throws(VaultError) -> Int {
        let limit = now.adding(seconds: -max(0, age))
        var aborted = 0
        var place: (key: String, upload: String)?
        do throws(S3Failure) {
            while true {
                let page = try await client.unfinishedUploads(root, after: place)
                // An upload without a readable time is nobody's who can be asked: it stays.
                for upload in page.uploads where upload.begun.map({ $0 < limit }) ?? false {
                    try await client.abort(upload.key, upload.id)
                    aborted += 1
                }
                let next = (key: page.nextKey, upload: page.nextUpload)
                guard page.isTruncated else { break }
                guard let last = page.uploads.last, next.key == last.key, next.upload == last.id,
                    place.map({ ($0.key, $0.upload) != (next.key, next.upload) }) ?? true
                else { throw S3Documents.unreadable("uploads without an end") }
                place = next
            }
            // Afterwards: a claim stands for an upload that may still be completed.
            try await deleteClaims(before: limit)
            return aborted
        } catch {
            throw error.error("unfinished uploads")
        }
    }
}
