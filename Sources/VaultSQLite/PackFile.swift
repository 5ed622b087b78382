// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Several small contents in one file beside the databases, one behind the other and nothing between (format §9).
///
/// Where each one lies stands in the database alone. As long as the value lives its file is locked: who collects garbage
/// leaves a pack alone that its writer has not entered yet. Every call blocks.
final class PackFile: Sendable {
    /// How the names of packs end; before it stands the id of the first content.
    static let suffix = ".pack"

    private let file: DurableFile
    private let path: String

    /// Writes contents into a new file, which is whole and on stable storage afterwards.
    init(_ contents: [(key: ContentID, value: [UInt8])], at path: String) throws(VaultError) {
        var file = try DurableFile(path)
        try file.append(contents.map(\.value))
        try file.publish()
        self.file = file
        self.path = path
    }

    /// Deletes the file: nothing names it.
    func delete() throws(VaultError) { try ContentFile.delete(path) }

    /// A pack that nobody is writing, locked until the value ends.
    final class Settled: Sendable {
        let name: ContentID
        let path: String
        private let descriptor: Int32

        fileprivate init?(_ name: ContentID, _ path: String) {
            let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard opened >= 0 else { return nil }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                close(opened)
                return nil
            }
            self.name = name
            self.path = path
            descriptor = opened
        }

        deinit { close(descriptor) }
    }

    /// Packs that are looked at together: each costs a descriptor, of which a process has often no more than 1,024.
    static let mostSettled = 64

    /// Packs of a folder that nobody is writing, at most ``mostSettled``.
    ///
    /// - Parameter known: Those that need not be looked at.
    static func settled(in folder: String, besides known: Set<Data>) throws(VaultError) -> [Settled] {
        guard FileKind(folder) == .folder else { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw VaultError(.storeFailure, object: folder, "the folder cannot be read")
        }
        var settled: [Settled] = []
        for name in names where name.hasSuffix(suffix) {
            guard let id = ContentID(name.dropLast(suffix.count)), !known.contains(id.data) else { continue }
            guard settled.count < mostSettled else { break }
            if let pack = Settled(id, "\(folder)/\(name)") { settled.append(pack) }
        }
        return settled
    }

    /// Overwrites ranges with zeros, and syncs; the room is given back with the whole file.
    static func wipe(_ ranges: [Range<Int64>], of path: String) throws(VaultError) {
        let opened = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .system(errno, path) }
            return
        }
        defer { close(opened) }
        var status = stat()
        guard unsafe fstat(opened, &status) == 0 else { throw .system(errno, path) }
        let zeros = [UInt8](repeating: 0, count: 65_536)
        for range in ranges {
            // A database that was tampered with makes no file longer.
            var place = range.lowerBound
            let end = min(range.upperBound, Int64(status.st_size))
            while place < end {
                let count = min(zeros.count, Int(end - place))
                let done = unsafe zeros.withUnsafeBytes { unsafe pwrite(opened, $0.baseAddress, count, off_t(place)) }
                guard done > 0 || errno == EINTR else { throw .system(errno, path) }
                place += Int64(max(done, 0))
            }
        }
        guard fsync(opened) == 0 else { throw .system(errno, path) }
    }
}
