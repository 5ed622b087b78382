// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// A file that is not there yet: it gets its name when it is whole.
///
/// Where the file system can do that it has no name at all until then, so that nothing of it is left whenever the process
/// ends; else it lies beside its place under a name of its own. What a killed process left under such a name keeps nobody
/// else from writing.
struct DraftFile {
    let handle: FileHandle
    private let path: String
    /// Its name until it is whole; `nil` where it has none.
    private let temporary: String?

    /// A file to be put at a path.
    ///
    /// - Parameter mode: Permissions, from its first byte on.
    /// - Throws: 73.
    init(for path: String, mode: mode_t) throws {
        self.path = path
        if let descriptor = Self.nameless(in: Self.folder(of: path), mode) {
            temporary = nil
            handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            return
        }
        let name = Self.temporaryPath(for: path)
        // Exclusive: a link that somebody put there is not followed.
        let descriptor = Foundation.open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw Self.failure(path) }
        temporary = name
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Puts it at its place.
    ///
    /// - Parameters:
    ///   - durably: Whether its name, too, is on stable storage then.
    ///   - replacing: Whether it may take the place of what is there; else the first of several who put one wins.
    /// - Throws: 73; nothing of it is left, unless the failure says that it is at its place
    ///   (``CommandFailure/leavesOutput``).
    func finish(durably: Bool, replacing: Bool) throws {
        do {
            try handle.synchronize()
            if let temporary {
                try put(temporary, replacing)
            } else {
                try name(replacing)
            }
        } catch {
            discard()
            throw error
        }
        do {
            try handle.close()
            if durably { try Self.syncFolder(of: path) }
        } catch {
            throw Self.unsettled(path)
        }
    }

    /// Leaves nothing of it behind.
    func discard() {
        try? handle.close()
        if let temporary { unlink(temporary) }
    }

    private func name(_ replacing: Bool) throws {
        let own = Self.systemPath(of: handle.fileDescriptor)
        if linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return }
        if errno == EEXIST, !replacing { throw Self.exists(path) }
        let name = Self.temporaryPath(for: path)
        // Something is there already, or this system gives no names to such files.
        if linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0 { try copy(to: name) }
        do {
            try put(name, replacing)
        } catch {
            unlink(name)
            throw error
        }
    }

    /// Gives a file that has a name of its own the one that it is to have.
    private func put(_ name: String, _ replacing: Bool) throws {
        if replacing {
            guard rename(name, path) == 0 else { throw Self.failure(path) }
            return
        }
        if link(name, path) == 0 {
            unlink(name)
            return
        }
        guard errno != EEXIST, FileStamp(of: path) == nil else { throw Self.exists(path) }
        // A file system without links: between the look and the name somebody else has room.
        guard rename(name, path) == 0 else { throw Self.failure(path) }
    }

    private func copy(to name: String) throws {
        var status = stat()
        guard fstat(handle.fileDescriptor, &status) == 0 else { throw Self.failure(path) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = Foundation.open(name, flags, status.st_mode & 0o777)
        guard descriptor >= 0 else { throw Self.failure(path) }
        let copy = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.seek(toOffset: 0)
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { try copy.write(contentsOf: piece) }
            try copy.synchronize()
            try copy.close()
        } catch {
            unlink(name)
            throw error
        }
    }

    /// A name beside a path that nobody has: process numbers come back, in containers at once.
    static func temporaryPath(for path: String) -> String {
        let number = String(UInt64.random(in: .min ... .max), radix: 16)
        return folder(of: path) + "/.dossier-\(number).tmp"
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "" : String(path[..<slash])
    }

    private static func systemPath(of descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    private static func nameless(in folder: String, _ mode: mode_t) -> Int32? {
        #if os(Linux)
            // O_TMPFILE of open(2), which the C library's module does not export.
            let flags = O_RDWR | O_CLOEXEC | O_DIRECTORY | 0o20_000_000
            let descriptor = Foundation.open(folder.isEmpty ? "/" : folder, flags, mode)
            guard descriptor >= 0 else { return nil }
            guard access(systemPath(of: descriptor), F_OK) == 0 else {
                close(descriptor)
                return nil
            }
            return descriptor
        #else
            return nil
        #endif
    }

    private static func syncFolder(of path: String) throws {
        let folder = folder(of: path)
        let descriptor = Foundation.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        // Some file systems have no such thing, and then nothing to sync either.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
    }

    private static func exists(_ path: String) -> CommandFailure {
        CommandFailure(
            .cannotCreate, vi: "tệp đã tồn tại: \(path)", en: "the file exists already: \(path)",
            hint: Phrase(vi: "dùng tên tệp khác", en: "give another name"))
    }

    // It has taken the place of what was there; whether for good, the system did not say.
    private static func unsettled(_ path: String) -> CommandFailure {
        var failure = CommandFailure(
            .cannotCreate, vi: "đã ghi \(path) nhưng tệp có thể mất nếu mất điện",
            en: "\(path) is written, but a power cut may still undo it")
        failure.leavesOutput = true
        return failure
    }

    static func failure(_ path: String, isFull: Bool = errno == ENOSPC || errno == EDQUOT) -> CommandFailure {
        isFull
            ? CommandFailure(
                .cannotCreate, vi: "không ghi được \(path): hết chỗ trên đĩa",
                en: "cannot write \(path): no room left on the disk")
            : CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
    }
}
