// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A ``ByteSource`` over a regular file, read with `pread` and never mapped.
///
/// A mapped file that another process cuts short would trap; a short `pread` is an error. Size and modification time
/// are compared with those at opening after every read.
public final class FileSource: ByteSource {
    public let size: Int64
    private let descriptor: Int32
    private let modified: timespec
    private let inode: UInt64

    /// Opens a file for reading.
    ///
    /// - Throws: ``ByteSourceError``; a folder is ``ByteSourceError/notARegularFile``, and so is a file of the system's own
    ///   that has no size but something to read.
    public init(path: String) throws(ByteSourceError) {
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Self.error(code: errno) }
        var status = stat()
        guard unsafe fstat(opened, &status) == 0 else {
            let code = errno
            close(opened)
            throw Self.error(code: code)
        }
        // Files that the system makes up as they are read (/proc) call themselves empty, whatever is in them.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 || Self.isEmpty(opened) else {
            close(opened)
            throw .notARegularFile
        }
        descriptor = opened
        size = Int64(status.st_size)
        modified = status.modificationTime
        inode = UInt64(status.st_ino)
    }

    deinit { close(descriptor) }

    public func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset, count <= span.freeCapacity else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        var failure: ByteSourceError?
        unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
            var done = 0
            while done < count {
                let target = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[(initialized)..<(initialized + count - done)])
                let got = unsafe pread(descriptor, target.baseAddress, target.count, off_t(offset) + off_t(done))
                if got > 0 {
                    done += got
                    initialized += got
                } else if got == 0 {
                    failure = .changedWhileReading
                    return
                } else if errno != EINTR {
                    failure = .inputOutput(code: errno)
                    return
                }
            }
        }
        if let failure { throw failure }
        try checkUnchanged()
    }

    private static func isEmpty(_ descriptor: Int32) -> Bool {
        var octet: UInt8 = 0
        return unsafe pread(descriptor, &octet, 1, 0) <= 0
    }

    private func checkUnchanged() throws(ByteSourceError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .inputOutput(code: errno) }
        let now = status.modificationTime
        guard Int64(status.st_size) == size, now.tv_sec == modified.tv_sec, now.tv_nsec == modified.tv_nsec else {
            throw .changedWhileReading
        }
    }

    private static func error(code: Int32) -> ByteSourceError {
        switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG: .notFound
        case EACCES, EPERM: .notPermitted
        default: .inputOutput(code: code)
        }
    }
}

extension stat {
    fileprivate var modificationTime: timespec {
        #if canImport(Darwin)
            st_mtimespec
        #else
            st_mtim
        #endif
    }
}
