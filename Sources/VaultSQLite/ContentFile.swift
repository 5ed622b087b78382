// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A sealed content as a file of its own. Every call blocks.
enum ContentFile {
    /// Makes a folder, whose name is on stable storage afterwards.
    static func makeFolder(_ path: String) throws(VaultError) {
        // Who made an empty one may have been killed before its name was synced. One with anything in it was synced by
        // whoever put that.
        guard FileKind(path) != .folder || isEmpty(path) else { return }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(errno, path) }
        try DurableFile.syncFolder(of: path)
    }

    private static func isEmpty(_ folder: String) -> Bool {
        // Its own name and its parent's are always there.
        guard let names = unsafe opendir(folder) else { return true }
        defer { unsafe closedir(names) }
        for _ in 0..<3 { guard unsafe readdir(names) != nil else { return true } }
        return false
    }

    /// Makes durable what a folder of contents holds, whoever put it there; without the folder there is nothing to do.
    static func settle(_ folder: String) throws(VaultError) {
        guard FileKind(folder) == .folder else { return }
        try DurableFile.syncFolder(folder)
    }

    static func write(_ stream: any ContentStream, size: Int64, to path: String) throws {
        guard FileKind(path) == .missing else {
            throw VaultError(.alreadyExists, object: path, "a content is written once")
        }
        var file = try DurableFile(path)
        try file.append(stream, size: size)
        // Somebody may have been faster with the same content.
        try file.commitNew()
    }

    static func size(_ path: String) throws(VaultError) -> Int64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .system(errno, path) }
            return nil
        }
        return Int64(status.st_size)
    }

    static func read(_ path: String, _ range: Range<Int64>, object: String) throws(VaultError) -> [UInt8] {
        do {
            return try FileSource(path: path).bytes(
                at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
        } catch {
            switch error {
            case .notFound: throw VaultError(.notFound, object: object, "the store does not have it")
            case .outOfBounds, .changedWhileReading, .notARegularFile:
                throw VaultError(.damaged, object: object, error.description)
            case .notPermitted: throw VaultError(.notPermitted, object: object, error.description)
            case .inputOutput(let code): throw VaultError.system(code, object)
            }
        }
    }

    /// The ids of contents in a folder; temporary files and foreign ones are left out.
    ///
    /// - Parameter cleaning: Whether to delete what killed writers left.
    static func names(in folder: String, cleaning: Bool) throws(VaultError) -> [ContentID] {
        guard FileKind(folder) == .folder else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw VaultError(.storeFailure, object: folder, "the folder cannot be read")
        }
        if cleaning { DurableFile.deleteLeftovers(in: folder, names) }
        return names.compactMap { ContentID($0) }
    }

    static func delete(_ path: String) throws(VaultError) {
        guard unsafe unlink(path) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .system(errno, path) }
            return
        }
        try DurableFile.syncFolder(of: path)
    }
}
