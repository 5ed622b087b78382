// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore

/// Which of several uploads of one content in parts is completed.
///
/// Two depositors with one ticket upload under one key, and completing an upload replaces what is there: not every server
/// takes a condition on that. So an upload is completed only by who holds a claim, a small object that is put when there is
/// none. Whoever finds somebody else's waits for the content; when it does not come, it ends that upload, which cannot be
/// completed any more then, and puts the next claim. So at most one upload of a content is completed, and a claim that is
/// deleted behind a completed upload gives the next one nothing: it looks for the content before it completes.
extension ObjectVaultStore {
    /// What the keys of claims begin with.
    private var claims: String { (location.prefix.isEmpty ? "" : location.prefix + "/") + "claim/" }

    private static let mostClaims = 64
    /// Octets of a claim at most: the server's id of an upload.
    private static let largestClaim = 1024

    private func claim(_ number: Int, on key: String) -> String { "\(claims)\(key.dropFirst(root.count))/\(number)" }

    /// Completes an upload, unless another one of the same content was.
    ///
    /// - Returns: `false` when somebody else's content is there.
    func completeAlone(
        _ upload: S3Client.PartedUpload, parts tags: [String], size: Int64
    ) async throws(S3Failure) -> Bool {
        for number in 0..<Self.mostClaims {
            let own = claim(number, on: upload.key)
            guard try await client.put(Array(upload.id.utf8), as: own) else {
                guard try await outwait(own, of: upload.key) else { return false }
                continue
            }
            guard try await client.object(upload.key) == nil else {
                await forget(upTo: number, on: upload.key)
                return false
            }
            do throws(S3Failure) {
                try await client.complete(upload, parts: tags, size: size)
            } catch {
                guard let isOwn = await outcome(of: upload, size) else { throw error }
                guard isOwn else { return false }
            }
            await forget(upTo: number, on: upload.key)
            return true
        }
        throw S3Failure(status: 503, code: "SlowDown")
    }

    /// Whose content is there after a completion that failed: somebody took this upload for dead, the server knows conditions,
    /// or an attempt whose answer did not come in time is still at work; `nil` when none comes.
    private func outcome(of upload: S3Client.PartedUpload, _ size: Int64) async -> Bool? {
        for _ in 0..<8 {
            if let there = try? await client.object(upload.key) {
                return there.upload == upload.name && there.size == size
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
        return nil
    }

    /// Waits for the content of somebody else's claim, and in the end sees to it that it does not come.
    ///
    /// - Returns: `false` when it is there.
    private func outwait(_ claim: String, of key: String) async throws(S3Failure) -> Bool {
        let pause = 250
        for _ in 0..<max(1, client.settings.stallSeconds * 1000 / pause) {
            if try await client.object(key) != nil { return false }
            do {
                try await Task.sleep(for: .milliseconds(pause))
            } catch {
                throw S3Failure(.cancelled, "the task was cancelled")
            }
        }
        // Without it its holder has completed, and perhaps the content was even deleted since.
        if let other = try await client.whole(claim, limit: Self.largestClaim) { try await end(other, of: key) }
        return try await client.object(key) == nil
    }

    private func end(_ claim: [UInt8], of key: String) async throws(S3Failure) {
        guard !claim.isEmpty, claim.allSatisfy({ (33...126).contains($0) }) else {
            throw S3Documents.unreadable("a claim that names no upload")
        }
        try await client.abort(key, String(decoding: claim, as: UTF8.self))
    }

    private func forget(upTo number: Int, on key: String) async {
        for one in 0...number { try? await client.delete(claim(one, on: key)) }
    }

    /// Takes away old claims, with the uploads that they are of.
    func deleteClaims(before limit: Instant) async throws(S3Failure) {
        var last: String?
        while true {
            let page = try await client.list(claims, after: last, limit: 1_000)
            for object in page.objects where object.modified.map({ $0 < limit }) ?? false {
                let parts = object.key.dropFirst(claims.count).split(separator: "/", omittingEmptySubsequences: false)
                // Foreign keys are left alone.
                guard parts.count == 3, VaultID(parts[0]) != nil, ContentID(parts[1]) != nil else { continue }
                if let other = try await client.whole(object.key, limit: Self.largestClaim) {
                    try await end(other, of: "\(root)\(parts[0])/\(parts[1])")
                }
                try await client.delete(object.key)
            }
            guard page.isTruncated, let end = page.objects.last?.key else { return }
            last = end
        }
    }
}
