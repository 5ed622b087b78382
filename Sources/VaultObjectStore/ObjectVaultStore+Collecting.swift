// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore

extension ObjectVaultStore {
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
                guard page.isTruncated else { return aborted }
                guard let last = page.uploads.last, next.key == last.key, next.upload == last.id,
                    place.map({ ($0.key, $0.upload) != (next.key, next.upload) }) ?? true
                else { throw S3Documents.unreadable("uploads without an end") }
                place = next
            }
        } catch {
            throw error.error("unfinished uploads")
        }
    }
}
