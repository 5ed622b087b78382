// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes the octets of a large file past the page cache: the disk takes one block while the next is made.
///
/// Through the cache every octet would be copied once more, into memory that nobody else is to lose for what is seldom read
/// soon. Nothing is durable before the file is synced. Every call blocks.
@safe package struct DirectWriting: ~Copyable {
    /// Octets of a block.
    private static let size = 1 << 20
    // One is filled, and the disk may fall behind by the others while it reads for somebody: it reads far ahead.
    private static let blockCount = 4
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
    private let queue = DispatchQueue(label: "dossierkit.direct-writing")
    private let outcome = Outcome()
    // Blocks that nobody writes at the moment, besides the one that is filled.
    private let free = DispatchSemaphore(value: blockCount - 1)
    private let blocks: [UnsafeMutableRawBufferPointer]
    private var current = 0
    private var count = 0

    /// What became of the blocks: the first error.
    private final class Outcome: Sendable {
        let failure = Mutex<Int32>(0)
    }

    /// - Parameter descriptor: Of a regular file that stands at its end; belongs to the caller.
    /// - Returns: `nil` when the system or the file system knows no such way, or the file stands where none begins.
    package init?(_ descriptor: Int32) {
        // Of a pipe the flag means something else.
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let place = lseek(descriptor, 0, SEEK_CUR)
        guard place >= 0, Int64(place) % Int64(Self.alignment) == 0, Self.set(descriptor, direct: true) else {
            return nil
        }
        self.descriptor = descriptor
        unsafe blocks = (0..<Self.blockCount).map { _ in
            .allocate(byteCount: Self.size, alignment: Self.alignment)
        }
    }

    deinit {
        queue.sync {}
        _ = Self.set(descriptor, direct: false)
        unsafe blocks.forEach { unsafe $0.deallocate() }
    }

    private static func set(_ descriptor: Int32, direct: Bool) -> Bool {
        guard let flag else { return false }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0 else { return false }
        return fcntl(descriptor, F_SETFL, direct ? flags | flag : flags & ~flag) == 0
    }

    package mutating func append(_ bytes: [UInt8]) throws(FileWritingError) {
        var done = 0
        while done < bytes.count {
            let some = min(bytes.count - done, Self.size - count)
            unsafe bytes.withUnsafeBytes { octets in
                unsafe UnsafeMutableRawBufferPointer(rebasing: blocks[current][count..<count + some])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[done..<done + some]))
            }
            done += some
            try add(some)
        }
    }

    /// Appends what a closure puts into the block itself, where so much room is left in it.
    ///
    /// - Parameters:
    ///   - most: Octets that the closure may put.
    ///   - fill: Puts them; what it put before an error is not written.
    /// - Returns: `false` when there is not so much room; the closure was not called then.
    package mutating func append(
        atMost most: Int, _ fill: (inout OutputSpan<UInt8>) throws -> Void
    ) throws -> Bool {
        guard most <= Self.size - count else { return false }
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: blocks[current][count..<count + most])
            .bindMemory(to: UInt8.self)
        var span = unsafe OutputSpan(buffer: room, initializedCount: 0)
        try fill(&span)
        try add(unsafe span.finalize(for: room))
        return true
    }

    private mutating func add(_ some: Int) throws(FileWritingError) {
        count += some
        if count == Self.size { try handOver() }
    }

    /// Gives the block that is full to the disk, and goes on to the next as soon as one is free.
    private mutating func handOver() throws(FileWritingError) {
        let (descriptor, outcome, free) = (descriptor, outcome, free)
        // Nobody else touches the block until it is free again.
        nonisolated(unsafe) let block = unsafe UnsafeRawBufferPointer(blocks[current])
        queue.async {
            if outcome.failure.withLock({ $0 }) == 0 {
                let failure = unsafe Self.put(block, to: descriptor)
                outcome.failure.withLock { $0 = failure }
            }
            free.signal()
        }
        free.wait()
        current = (current + 1) % Self.blockCount
        count = 0
        // Where there is one core, the other thread gives the block to the disk now, and not when this one must wait.
        sched_yield()
        try check()
    }

    private func check() throws(FileWritingError) {
        let failure = outcome.failure.withLock { $0 }
        guard failure == 0 else { throw FileWritingError(code: failure) }
    }

    /// Writes what is left; all of it has been given to the system afterwards.
    package consuming func finish() throws(FileWritingError) {
        queue.sync {}
        try check()
        // The end is no multiple of anything.
        guard Self.set(descriptor, direct: false) else { throw FileWritingError(code: errno) }
        let failure = unsafe Self.put(UnsafeRawBufferPointer(rebasing: blocks[current][..<count]), to: descriptor)
        guard failure == 0 else { throw FileWritingError(code: failure) }
    }

    /// - Returns: 0, or the number of the error.
    private static func put(_ block: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var isDirect = true
        // A file system that takes the flag and not the writing, or the rest of a block of which it took a part.
        return unsafe SystemWrite.all(block, to: descriptor) {
            defer { isDirect = false }
            return isDirect && set(descriptor, direct: false)
        }
    }
}
