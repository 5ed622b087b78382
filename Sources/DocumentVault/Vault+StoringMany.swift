// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import Synchronization

extension Vault {
    /// Most documents that are put by one append; less when they are large, or when it is no owner's secret that opened
    /// the vault.
    public static let largestBatch = 512
    /// Octets of documents after which a batch is full.
    private static let largestBatchOctets: Int64 = 8 << 20
    /// Documents that are asked for ahead: a process may often have 1,024 files open, and a batch has 512 already.
    private static let mostAhead = 256

    /// Stores several documents by few appends: much faster than one by one, each acknowledged with its append.
    ///
    /// - Parameters:
    ///   - uploads: The documents, in order.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the number of documents that are durable, after every append.
    /// - Returns: The stored versions, in order.
    /// - Throws: As ``store(_:metadata:provenance:fields:correcting:operation:at:progress:)``; documents of earlier appends
    ///   stay stored.
    public func store(
        _ uploads: [DocumentUpload], at time: Instant, progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> [DocumentReference] {
        try await store(uploads.count, at: time, progress: progress) { uploads[$0] }
    }

    /// Stores several documents by few appends, each made when its turn comes: of any number of files no more are open
    /// than go into one append and half as many for the next.
    ///
    /// While one append is on its way to the disk the next ones are sealed: about three times 8 MiB are in memory.
    ///
    /// - Parameters:
    ///   - count: How many documents.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the number of documents that are durable, after every append.
    ///   - stored: Told the versions of every append as soon as they are durable: of a call that throws, what it stored.
    ///   - upload: Gives a document by its place, from 0; called in order, and again for one that must be sealed anew.
    /// - Returns: The stored versions, in order.
    /// - Throws: As for an array of documents; what `upload` throws, unchanged.
    public func store(
        _ count: Int, at time: Instant, progress: (@Sendable (Int) -> Void)? = nil,
        stored: (@Sendable ([DocumentReference]) -> Void)? = nil,
        _ upload: @escaping @Sendable (Int) throws -> DocumentUpload
    ) async throws -> [DocumentReference] {
        let source = UploadSource(count: count, upload: upload, time: time)
        // Only the owner makes the snapshot that goes with a large batch.
        let most = owner == nil ? Int(Self.snapshotInterval) : Self.largestBatch
        var coming = source.ahead(from: 0, most: most)
        defer { coming.cancel() }
        var references: [DocumentReference] = []
        // Three appends at once: one is sealed, the contents of one before are on their way to the disk, and one before
        // that is appended, which keeps the vault busy while it is signed: the others need nothing of the vault by then.
        let first = try await unsealed(from: 0, coming, most: most, of: source)
        coming = source.ahead(from: first?.places.upperBound ?? 0, most: most)
        var sealed = try await first?.sealed()
        var placing: Task<Batch, any Error>?
        var failure: (any Error)?
        while sealed != nil || placing != nil {
            let current = sealed
            let next = current.map { batch in Task { @concurrent in try await self.placed(batch) } }
            var unsealed: UnsealedBatch?
            do {
                if let current {
                    unsealed = try await self.unsealed(from: current.places.upperBound, coming, most: most, of: source)
                    coming = source.ahead(from: unsealed?.places.upperBound ?? source.count, most: most)
                }
            } catch {
                // Those before it are stored all the same.
                failure = error
            }
            async let following = unsealed?.sealed()
            do {
                if let ready = try await placing?.value {
                    guard !Task.isCancelled else {
                        await discard(ready.prepared)
                        throw CancellationError()
                    }
                    let put = try await put(ready, at: time, progress: nil).references
                    references += put
                    stored?(put)
                    progress?(references.count)
                }
            } catch {
                if let left = try? await next?.value { await discard(left.prepared) }
                if let left = try? await following { await discard(left.prepared) }
                throw error
            }
            placing = next
            do {
                sealed = try await following
            } catch {
                failure = error
                sealed = nil
            }
        }
        if let failure { throw failure }
        return references
    }

    /// Where the documents of several appends come from.
    struct UploadSource: Sendable {
        let count: Int
        let upload: @Sendable (Int) throws -> DocumentUpload
        let time: Instant

        /// Begins to ask for the next documents: opening files takes as long as sealing them when these are small.
        func ahead(from start: Int, most: Int) -> Task<[DocumentUpload], any Error> {
            Task { @concurrent in try uploads(from: start, most: min(most, Vault.mostAhead)) }
        }

        /// The next documents, as many as go into one append.
        @concurrent func uploads(
            after ahead: Task<[DocumentUpload], any Error>, from start: Int, most: Int
        ) async throws -> [DocumentUpload] {
            try await uploads(after: ahead.value, from: start, most: most)
        }

        private func uploads(
            after ahead: [DocumentUpload] = [], from start: Int, most: Int
        ) throws -> [DocumentUpload] {
            var uploads: [DocumentUpload] = []
            uploads.reserveCapacity(min(most, count - start))
            uploads += ahead
            var octets = ahead.reduce(0) { $0 &+ $1.source.size }
            while uploads.count < most, start + uploads.count < count, octets < Vault.largestBatchOctets {
                try Task.checkCancellation()
                let upload = try upload(start + uploads.count)
                octets &+= upload.source.size
                uploads.append(upload)
            }
            return uploads
        }
    }

    /// Documents that go into one append, sealed.
    struct Batch: Sendable {
        let places: Range<Int>
        let operation: OperationID
        var prepared: [Prepared]
        /// Gives the documents anew.
        let uploads: @Sendable () throws -> [DocumentUpload]
    }

    /// Documents on their way to where they are sealed. They end there: closing many files takes as long as opening them.
    private final class Uploads: Sendable {
        private let list: Mutex<[DocumentUpload]>

        init(_ list: [DocumentUpload]) { self.list = Mutex(list) }

        func take() -> [DocumentUpload] {
            list.withLock { list in
                defer { list = [] }
                return list
            }
        }
    }

    /// Documents that go into one append, with what sealing them needs of the vault.
    private struct UnsealedBatch: Sendable {
        let places: Range<Int>
        let operation: OperationID
        let uploads: Uploads
        let preparing: DocumentPreparing
        let source: UploadSource

        @concurrent func sealed() async throws -> Batch {
            let (places, source) = (places, source)
            return Batch(
                places: places, operation: operation,
                prepared: try await preparing.all(uploads.take(), operation: operation),
                uploads: { try places.map { try source.upload($0) } })
        }
    }

    /// The next documents; `nil` after the last.
    private func unsealed(
        from start: Int, _ coming: Task<[DocumentUpload], any Error>, most: Int, of source: UploadSource
    ) async throws -> UnsealedBatch? {
        guard start < source.count else { return nil }
        try Task.checkCancellation()
        let uploads = try await source.uploads(after: coming, from: start, most: most)
        try await catchUp(with: uploads)
        return UnsealedBatch(
            places: start..<start + uploads.count, operation: OperationID(random: random),
            uploads: Uploads(uploads), preparing: try preparing(uploads, at: source.time, progress: nil),
            source: source)
    }

    private nonisolated func placed(_ batch: Batch) async throws -> Batch {
        var batch = batch
        batch.prepared = try await placed(batch.prepared)
        return batch
    }
}
