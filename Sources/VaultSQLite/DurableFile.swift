// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file that appears under its name only whole and on stable storage: temporary name, sync, rename, sync folder.
struct DurableFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let temporary: String
    private var isCommitted = false
    private var written: Int64 = 0

    init(_ path: String) throws(VaultError) {
        let opened = try Self.openLocked(beside: path)
        descriptor = opened.descriptor
        self.path = path
        temporary = opened.name
    }

    /// How the name of a file ends that is not whole yet.
    static let suffix = ".part"

    // Two may write the same content at once (who repeats a deposit or a copy): neither into the other's file. So the
    // name is nobody else's; process numbers come back, in containers over one folder at once.
    // The lock says that somebody is still writing; it goes with the process, however that ends.
    private static func openLocked(beside path: String) throws(VaultError) -> (descriptor: Int32, name: String) {
        for _ in 0..<100 {
            let name = "\(path).\(Hexadecimal.encode(SystemRandom().bytes(8)))\(suffix)"
            let opened = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard opened >= 0 else {
                guard errno == EEXIST else { throw .system(errno, path) }
                continue
            }
            while flock(opened, LOCK_EX) != 0, errno == EINTR {}
            // Between opening and locking, somebody who collects garbage may have taken it for a leftover.
            var status = stat()
            if unsafe fstat(opened, &status) == 0, status.st_nlink > 0 { return (opened, name) }
            close(opened)
        }
        throw VaultError(.busy, object: path, "others delete what is being written")
    }

    /// Deletes what killed writers left in a folder; what somebody is writing, in whatever process, stays.
    static func deleteLeftovers(in folder: String, _ names: [String]) {
        for name in names where name.hasSuffix(suffix) {
            let path = "\(folder)/\(name)"
            let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard opened >= 0 else { continue }
            if flock(opened, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
            close(opened)
        }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unsafe unlink(temporary) }
    }

    /// Appends what a stream gives; to a new file.
    ///
    /// - Parameter size: How much is announced; with more the file is given up.
    mutating func append(_ stream: any ContentStream, size: Int64) throws {
        var writing = FileWriting(descriptor, expecting: size)
        while let piece = try stream.next() {
            guard size - written >= piece.count else {
                throw VaultError(
                    .storeFailure, object: path, "more than the \(size) octets came that were announced")
            }
            do {
                try writing.append(piece)
            } catch {
                throw VaultError.system(error.code, path)
            }
            written += Int64(piece.count)
        }
        guard written == size else {
            throw VaultError(.storeFailure, object: path, "\(written) octets came, \(size) were announced")
        }
        do {
            try writing.finish()
        } catch {
            throw VaultError.system(error.code, path)
        }
    }

    mutating func append(_ bytes: [UInt8]) throws(VaultError) {
        let failure = unsafe bytes.withUnsafeBytes { unsafe SystemWrite.all($0, to: descriptor) }
        guard failure == 0 else { throw .system(failure, path) }
        written += Int64(bytes.count)
    }

    /// Arrays that are given to the system by one call.
    private static let mostTogether = 32

    /// Appends several arrays by few calls.
    ///
    /// The system takes what comes with one call into large pieces of the page cache, and what comes bit by bit into pages of
    /// 4 KiB each: for contents of 20 KiB that takes more than twice as long, and half as long again to sync.
    mutating func append(_ parts: [[UInt8]]) throws(VaultError) {
        for start in stride(from: 0, to: parts.count, by: Self.mostTogether) {
            let some = parts[start..<min(start + Self.mostTogether, parts.count)]
            var vectors: [iovec] = unsafe []
            unsafe vectors.reserveCapacity(some.count)
            let failure = unsafe Self.lend(some, &vectors) { unsafe Self.write(&$0, to: descriptor) }
            guard failure == 0 else { throw .system(failure, path) }
            written += some.reduce(0) { $0 + Int64($1.count) }
        }
    }

    /// Lends the octets of several arrays to a closure at once.
    private static func lend(
        _ parts: ArraySlice<[UInt8]>, _ vectors: inout [iovec], to body: (inout [iovec]) -> Int32
    ) -> Int32 {
        guard let first = parts.first else { return unsafe body(&vectors) }
        return unsafe first.withUnsafeBytes { octets in
            unsafe vectors.append(
                iovec(iov_base: UnsafeMutableRawPointer(mutating: octets.baseAddress), iov_len: octets.count))
            return unsafe lend(parts.dropFirst(), &vectors, to: body)
        }
    }

    /// Gives all octets of several runs to the system.
    ///
    /// - Returns: 0, or the number of the error.
    private static func write(_ vectors: inout [iovec], to descriptor: Int32) -> Int32 {
        let count = unsafe vectors.count
        var first = 0
        while first < count {
            let taken = unsafe vectors[first...].withUnsafeBufferPointer {
                unsafe writev(descriptor, $0.baseAddress, Int32($0.count))
            }
            guard taken >= 0 || errno == EINTR else { return errno }
            // Of the last one it may have taken a part.
            var rest = max(taken, 0)
            let before = first
            while first < count {
                let some = unsafe min(rest, vectors[first].iov_len)
                unsafe vectors[first].iov_base += some
                unsafe vectors[first].iov_len -= some
                rest -= some
                guard unsafe vectors[first].iov_len == 0 else { break }
                first += 1
            }
            // The system takes nothing and says no error: what was not taken must not count as written.
            guard taken != 0 || first > before else { return EIO }
        }
        return 0
    }

    consuming func commit() throws(VaultError) { try publish() }

    /// As ``commit()``, where no file of the name is there: of several who commit one at the same time the first one does.
    ///
    /// - Throws: `alreadyExists`.
    consuming func commitNew() throws(VaultError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, path) }
        // Between a look and a rename another one's rename has room; whoever holds the folder's lock is alone.
        let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system(errno, path) }
        defer { close(folder) }
        while flock(folder, LOCK_EX) != 0 { guard errno == EINTR else { throw .system(errno, path) } }
        guard FileKind(path) == .missing else {
            throw VaultError(.alreadyExists, object: path, "a content is written once")
        }
        try publish()
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// As ``commit()``; the file stays locked until the value ends.
    mutating func publish() throws(VaultError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, path) }
        guard unsafe rename(temporary, path) == 0 else { throw .system(errno, path) }
        isCommitted = true
        try Self.syncFolder(of: path)
    }

    static func put(_ bytes: [UInt8], to path: String) throws(VaultError) {
        var file = try DurableFile(path)
        try file.append(bytes)
        try file.commit()
    }

    /// Makes the names in the folder of `path` durable.
    static func syncFolder(of path: String) throws(VaultError) {
        try syncFolder(folder(of: path))
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ folder: String) throws(VaultError) {
        let opened = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw .system(errno, folder) }
        defer { close(opened) }
        guard fsync(opened) == 0 else { throw .system(errno, folder) }
    }
}
