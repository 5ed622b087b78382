// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import DocumentVault
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes the octets of a large file past the page cache: the disk takes one block while the next is sealed.
///
/// Through the cache every octet would be copied once more, into memory that nobody else is to lose for what is seldom read
/// soon. Nothing is durable before the file is synced. Every call blocks.
@safe struct DirectWriting: ~Copyable {
    /// Octets of a block; there are two.
    private static let size = 1 << 20
    // Of addresses, lengths and places in the file; no disk in use asks for more.
    private static let alignment = 4096

    // O_DIRECT of Linux; its macro is not imported.
    #if os(Linux) && arch(arm64)
        private static let flag: Int32? = 0o200000
    #elseif os(Linux) && arch(x86_64)
        private static let flag: Int32? = 0o40000
    #else
        private static let flag: Int32? = nil
    #endif

    private let descriptor: Int32
    private let path: String
    private let queue = DispatchQueue(label: "dossierkit.vault.sqlite.direct")
    private let outcome = Outcome()
    private var filling: UnsafeMutableRawBufferPointer
    private var writing: UnsafeMutableRawBufferPointer
    private var count = 0

    /// What became of the blocks: the first error.
    private final class Outcome: Sendable {
        let failure = Mutex<Int32>(0)
    }

    /// - Parameters:
    ///   - descriptor: Of a file whose end is at a multiple of 4,096; belongs to the caller.
    ///   - path: For errors.
    /// - Returns: `nil` when the system or the file system knows no such way.
    init?(_ descriptor: Int32, _ path: String) {
        guard Self.set(descriptor, direct: true) else { return nil }
        self.descriptor = descriptor
        self.path = path
        unsafe filling = .allocate(byteCount: Self.size, alignment: Self.alignment)
        unsafe writing = .allocate(byteCount: Self.size, alignment: Self.alignment)
    }

    deinit {
        queue.sync {}
        unsafe filling.deallocate()
        unsafe writing.deallocate()
    }

    private static func set(_ descriptor: Int32, direct: Bool) -> Bool {
        guard let flag else { return false }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0 else { return false }
        return fcntl(descriptor, F_SETFL, direct ? flags | flag : flags & ~flag) == 0
    }

    mutating func append(_ bytes: [UInt8]) throws(VaultError) {
        var done = 0
        while done < bytes.count {
            let some = min(bytes.count - done, Self.size - count)
            unsafe bytes.withUnsafeBytes { octets in
                unsafe UnsafeMutableRawBufferPointer(rebasing: filling[count..<count + some])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[done..<done + some]))
            }
            done += some
            count += some
            if count == Self.size { try handOver() }
        }
    }

    /// Gives the block that is full to the disk as soon as the one before is there.
    private mutating func handOver() throws(VaultError) {
        try wait()
        unsafe swap(&filling, &writing)
        count = 0
        let (descriptor, outcome) = (descriptor, outcome)
        // Nobody else touches the block until `wait` has returned.
        nonisolated(unsafe) let block = unsafe UnsafeRawBufferPointer(writing)
        queue.async {
            let failure = unsafe Self.put(block, to: descriptor)
            outcome.failure.withLock { $0 = failure }
        }
        // Where there is one core, the other thread gives the block to the disk now, and not when this one must wait.
        sched_yield()
    }

    private func wait() throws(VaultError) {
        queue.sync {}
        let failure = outcome.failure.withLock { $0 }
        guard failure == 0 else { throw .system(failure, path) }
    }

    /// Writes what is left; all of it has been given to the system afterwards.
    consuming func finish() throws(VaultError) {
        try wait()
        // The end is no multiple of anything.
        guard Self.set(descriptor, direct: false) else { throw .system(errno, path) }
        let failure = unsafe Self.put(UnsafeRawBufferPointer(rebasing: filling[..<count]), to: descriptor)
        guard failure == 0 else { throw .system(failure, path) }
    }

    /// - Returns: 0, or the number of the error.
    private static func put(_ block: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var isDirect = true
        // A file system that takes the flag and not the writing, or the rest of a block of which it took a part.
        return unsafe DurableFile.write(block, to: descriptor) {
            defer { isDirect = false }
            return isDirect && set(descriptor, direct: false)
        }
    }
}
