// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import Synchronization

extension ObjectVaultStore {
    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        let (key, object) = (key(id, of: vault), "content \(id)")
        let pieces = PartReader(stream, size: size, object: object)
        do {
            if size <= Int64(client.settings.singleOctets) {
                let bytes = try await read(Int(size), from: pieces, isLast: true)
                guard try await client.put(bytes, as: key) else { throw Self.exists(object) }
            } else {
                guard try await client.object(key) == nil else { throw Self.exists(object) }
                guard try await putParts(of: partOctets(of: size), size: size, from: pieces, as: key) else {
                    throw Self.exists(object)
                }
            }
            places.remember(id)
        } catch let failure as S3Failure {
            throw failure.error(object)
        }
    }

    private static func exists(_ object: String) -> VaultError {
        VaultError(.alreadyExists, object: object, "a content is written once")
    }

    /// Octets of a part: as set, or more where ten thousand parts, the most that S3 takes, would not do.
    private func partOctets(of size: Int64) -> Int {
        max(client.settings.partOctets, 5 << 20, Int(clamping: size / 10_000 + 1))
    }

    private func read(_ count: Int, from pieces: PartReader, isLast: Bool) async throws -> [UInt8] {
        try await client.streams.run {
            Result {
                let bytes = try pieces.read(count)
                if isLast { try pieces.checkEnd() }
                return bytes
            }
        }.get()
    }

    /// Parts go while the next one is sealed; at most two are on their way.
    ///
    /// - Returns: `false` when somebody else put the content meanwhile.
    private func putParts(of part: Int, size: Int64, from pieces: PartReader, as key: String) async throws -> Bool {
        let client = client
        let upload = try await client.beginUpload(key)
        do {
            let tags = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                var tags: [Int: String] = [:]
                var left = size
                var number = 0
                while left > 0 {
                    if number >= 2, let (done, tag) = try await group.next() { tags[done] = tag }
                    let count = min(Int64(part), left)
                    let bytes = try await read(Int(count), from: pieces, isLast: count == left)
                    left -= Int64(bytes.count)
                    number += 1
                    let own = number
                    group.addTask { (own, try await client.put(bytes, part: own, of: upload)) }
                }
                for try await (done, tag) in group { tags[done] = tag }
                return tags.sorted { $0.key < $1.key }.map(\.value)
            }
            if try await completeAlone(upload, parts: tags, size: size) { return true }
            try? await client.abort(upload.key, upload.id)
            return false
        } catch {
            // A task of its own: the caller may have been cancelled, and the parts should go all the same.
            await Task { try? await client.abort(upload.key, upload.id) }.value
            throw error
        }
    }
}

/// Cuts a stream into parts. Used by one thread at a time, one after the other.
private final class PartReader: Sendable {
    private let stream: any ContentStream
    private let size: Int64
    private let object: String
    private let state = Mutex((rest: [UInt8](), came: Int64(0)))

    init(_ stream: any ContentStream, size: Int64, object: String) {
        self.stream = stream
        self.size = size
        self.object = object
    }

    /// The next octets, exactly as many.
    func read(_ count: Int) throws -> [UInt8] {
        try state.withLock { state in
            var bytes = state.rest
            bytes.reserveCapacity(count)
            while bytes.count < count {
                guard let piece = try stream.next() else { throw another(state.came) }
                state.came += Int64(piece.count)
                bytes += piece
            }
            state.rest = bytes.count > count ? Array(bytes[count...]) : []
            if bytes.count > count { bytes.removeSubrange(count...) }
            return bytes
        }
    }

    func checkEnd() throws {
        try state.withLock { state in
            guard state.rest.isEmpty, try stream.next() == nil else { throw another(state.came) }
        }
    }

    private func another(_ came: Int64) -> VaultError {
        VaultError(.storeFailure, object: object, "another number of octets came than the \(size) announced (\(came))")
    }
}
