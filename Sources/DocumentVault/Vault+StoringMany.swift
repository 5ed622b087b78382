// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension Vault {
    /// Most documents that are put by one append; less when they are large, or when it is no owner's secret that opened
    /// the vault.
    public static let largestBatch = 512
    /// Octets of documents after which a batch is full.
    private static let largestBatchOctets: Int64 = 8 << 20

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

    /// Stores several documents by few appends, each made when its turn comes: of any number of files only as many are
    /// open as go into one append.
    ///
    /// While one append is on its way to the disk the next ones are sealed.
    ///
    /// - Parameters:
    ///   - count: How many documents.
    ///   - time: Now; recorded as a claim.
    ///   - progress: Told the number of documents that are durable, after every append.
    ///   - upload: Gives a document by its place, from 0; called in order, and again for one that must be sealed anew.
    /// - Returns: The stored versions, in order.
    /// - Throws: As ``store(_:at:progress:)-(_,_,(Int)->Void)``; what `upload` throws, unchanged.
    public func store(
        _ count: Int, at time: Instant, progress: (@Sendable (Int) -> Void)? = nil,
        _ upload: @escaping @Sendable (Int) throws -> DocumentUpload
    ) async throws -> [DocumentReference] {
        var references: [DocumentReference] = []
        let source = UploadSource(count: count, upload: upload, time: time)
        var batch = try await self.batch(from: 0, of: source)
        while let ready = batch {
            async let following = self.batch(from: ready.places.upperBound, of: source)
            do {
                try Task.checkCancellation()
                references += try await put(ready, at: time, progress: nil).references
            } catch {
                if let left = try? await following { await discard(left.prepared) }
                throw error
            }
            progress?(references.count)
            batch = try await following
        }
        return references
    }

    /// Where the documents of several appends come from.
    struct UploadSource: Sendable {
        let count: Int
        let upload: @Sendable (Int) throws -> DocumentUpload
        let time: Instant
    }

    /// Documents that go into one append, sealed.
    struct Batch: Sendable {
        let places: Range<Int>
        let operation: OperationID
        let prepared: [Prepared]
        /// Gives the documents anew.
        let uploads: @Sendable () throws -> [DocumentUpload]
    }

    /// The next documents, as many as go into one append; `nil` after the last.
    private func batch(from start: Int, of source: UploadSource) async throws -> Batch? {
        guard start < source.count else { return nil }
        try Task.checkCancellation()
        // Only the owner makes the snapshot that goes with a large batch.
        let most = owner == nil ? Int(Self.snapshotInterval) : Self.largestBatch
        var uploads: [DocumentUpload] = []
        var octets: Int64 = 0
        while uploads.count < most, start + uploads.count < source.count, octets < Self.largestBatchOctets {
            let upload = try source.upload(start + uploads.count)
            octets &+= upload.source.size
            uploads.append(upload)
        }
        try await catchUp(with: uploads)
        let places = start..<start + uploads.count
        let operation = OperationID(random: random)
        return Batch(
            places: places, operation: operation,
            prepared: try await prepare(uploads, operation: operation, at: source.time, progress: nil),
            uploads: { try places.map { try source.upload($0) } })
    }
}
