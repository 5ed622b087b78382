// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import Foundation

/// Writes a file whole or not at all, see ``DraftFile``.
enum OutputFile {
    /// Checks that a path may be written before any work is done.
    ///
    /// - Parameter force: Whether an existing file may be overwritten; `nil` where the command has no `--force`.
    /// - Throws: 64 when it names one of the inputs, 73 when it exists without `force` or its folder does not.
    static func check(_ path: String, inputs: [String], force: Bool?) throws {
        try check(path, inputs: Inputs(inputs), force: force)
    }

    /// Checks one of many outputs against the same inputs.
    static func check(_ path: String, inputs: Inputs, force: Bool?) throws {
        if let name = UnreadableName(path) { throw name.failure }
        guard !inputs.resolved.contains(resolve(path)) else {
            throw CommandFailure(
                .usage, vi: "tệp kết quả trùng với tệp đầu vào: \(path)", en: "the output is also an input: \(path)")
        }
        guard !path.isEmpty else {
            throw CommandFailure(.usage, vi: "tên tệp kết quả bỏ trống", en: "the name of the output is empty")
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(.cannotCreate, vi: "không có thư mục \(folder)", en: "no folder \(folder)")
        }
        guard access(folder, W_OK) == 0 else {
            throw CommandFailure(
                .cannotCreate, vi: "không có quyền ghi vào thư mục \(folder)",
                en: "the folder \(folder) is not writable")
        }
        // Renaming over a device, a pipe or a folder would put a file in its place, or fail after all the work.
        if let stamp = FileStamp(of: path), !stamp.isFile {
            throw CommandFailure(
                .cannotCreate, vi: "\(path) không phải tệp thường", en: "\(path) is not a regular file")
        }
        if FileManager.default.fileExists(atPath: path), force != true {
            throw CommandFailure(
                .cannotCreate, vi: "tệp đã tồn tại: \(path)", en: "the file exists already: \(path)",
                hint: force == nil
                    ? Phrase(vi: "dùng tên tệp khác", en: "give another name")
                    : Phrase(vi: "dùng --force để ghi đè", en: "use --force to overwrite it"))
        }
    }

    /// Checks outputs of one command: each as above, and that no two are the same file.
    static func check(_ paths: [String], inputs: [String], force: Bool?) throws {
        for (index, path) in paths.enumerated() {
            try check(path, inputs: inputs, force: force)
            guard !paths[..<index].map(resolve).contains(resolve(path)) else {
                throw CommandFailure(
                    .usage, vi: "hai kết quả ghi vào cùng một tệp: \(path)",
                    en: "two outputs are the same file: \(path)")
            }
        }
    }

    /// Files that no output may replace, looked up once however many outputs there are.
    struct Inputs: Sendable {
        fileprivate let resolved: Set<String>

        init(_ paths: [String]) { resolved = Set(paths.map(OutputFile.resolve)) }
    }

    /// Writes bytes.
    ///
    /// - Parameter mode: Permissions of the file, from its first byte on; 0600 for a secret. That is on stable storage with
    ///   its name when this returns, because something may rest on it from then on, and takes the place of no other: of two
    ///   commands at once that name one file for their secrets, each would believe that it was its own.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o666) throws {
        try write(to: path, mode, isSecret: mode == 0o600) { try $0.write(contentsOf: Data(bytes)) }
    }

    /// Copies a source piece by piece; of a large one that is nearly empty the file system keeps as little as before.
    static func write(_ source: any ByteSource, to path: String) throws {
        if let memory = source as? MemorySource { return try write(memory.bytes, to: path) }
        try write(to: path, 0o666, isSecret: false) { handle in
            let hole = Data(count: 1 << 18)
            var offset: Int64 = 0
            while offset < source.size {
                let piece = Data(try source.bytes(at: offset, count: Int(min(1 << 18, source.size - offset))))
                offset += Int64(piece.count)
                if offset < source.size, piece == hole {
                    try handle.seek(toOffset: UInt64(offset))
                } else {
                    try handle.write(contentsOf: piece)
                }
            }
        }
    }

    private static func write(
        to path: String, _ mode: mode_t, isSecret: Bool, _ body: (FileHandle) throws -> Void
    ) throws {
        let draft = try DraftFile(for: path, mode: mode)
        do {
            try body(draft.handle)
        } catch {
            draft.discard()
            throw failure(error, path)
        }
        try finish(draft, path, durably: isSecret, replacing: !isSecret)
    }

    /// Writes what a closure gives piece by piece; an error of the closure leaves nothing behind.
    ///
    /// - Parameters:
    ///   - durably: Whether the file is on stable storage with its name when this returns.
    ///   - replacing: Whether it may take the place of a file that has come since ``check(_:inputs:force:)``.
    static func write(
        to path: String, durably: Bool = false, replacing: Bool = true, _ body: (FileHandle) async throws -> Void
    ) async throws {
        let draft = try DraftFile(for: path, mode: 0o666)
        do {
            try await body(draft.handle)
        } catch {
            draft.discard()
            throw failure(error, path)
        }
        try finish(draft, path, durably: durably, replacing: replacing)
    }

    private static func finish(_ draft: DraftFile, _ path: String, durably: Bool, replacing: Bool) throws {
        do {
            try draft.finish(durably: durably, replacing: replacing)
        } catch {
            throw failure(error, path)
        }
    }

    // Foundation's own words for a disk that is full are for programmers.
    private static func failure(_ error: any Error, _ path: String) -> any Error {
        if let error = error as? FileWritingError {
            return DraftFile.failure(path, isFull: error.code == ENOSPC || error.code == EDQUOT)
        }
        guard [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains((error as NSError).domain) else { return error }
        return DraftFile.failure(path, isFull: isFull(error as NSError))
    }

    private static func isFull(_ error: NSError) -> Bool {
        if error.domain == NSPOSIXErrorDomain { return error.code == Int(ENOSPC) || error.code == Int(EDQUOT) }
        return error.code == CocoaError.fileWriteOutOfSpace.rawValue
    }

    /// Checks that a folder may be made before any work is done.
    ///
    /// - Throws: 64 when one of the inputs lies in it, 73 when it exists without `force`.
    static func checkFolder(_ path: String, inputs: [String], force: Bool?) throws {
        if let name = UnreadableName(path) { throw name.failure }
        let resolved = resolve(path).split(separator: "/")
        guard !inputs.contains(where: { resolve($0).split(separator: "/").starts(with: resolved) }) else {
            throw CommandFailure(
                .usage, vi: "thư mục kết quả chứa tệp đầu vào: \(path)",
                en: "an input lies in the output folder: \(path)"
            )
        }
        if FileManager.default.fileExists(atPath: path), force != true {
            throw CommandFailure(
                .cannotCreate, vi: "đã tồn tại: \(path)", en: "exists already: \(path)",
                hint: Phrase(vi: "dùng --force để ghi vào đó", en: "use --force to write into it"))
        }
    }

    /// Makes a folder whole or not at all: filled beside its place, then renamed.
    ///
    /// - Parameters:
    ///   - replacing: Names that a folder of this kind consists of. An existing folder is replaced only when it holds
    ///     nothing else; nobody's own files are ever deleted.
    ///   - body: Fills the folder whose path it is given.
    static func writeFolder(_ path: String, replacing: Set<String>, _ body: (String) throws -> Void) throws {
        let manager = FileManager.default
        let exists = manager.fileExists(atPath: path)
        if exists {
            let names = try? manager.contentsOfDirectory(atPath: path)
            guard let names, replacing.isSuperset(of: names) else {
                throw CommandFailure(
                    .cannotCreate, vi: "\(path) chứa tệp khác nên không ghi đè",
                    en: "\(path) holds other files and is not overwritten")
            }
        }
        let place = path.hasSuffix("/") ? String(path.dropLast()) : path
        let staged = DraftFile.temporaryPath(for: place)
        let old = staged + ".old"
        do {
            try makeFolder(staged, force: nil)
            try body(staged)
            if exists { try manager.moveItem(atPath: place, toPath: old) }
            do {
                try manager.moveItem(atPath: staged, toPath: place)
            } catch {
                if exists { try? manager.moveItem(atPath: old, toPath: place) }
                throw CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
            }
            try? manager.removeItem(atPath: old)
        } catch {
            try? manager.removeItem(atPath: staged)
            throw error
        }
    }

    /// Makes a folder that does not exist yet.
    static func makeFolder(_ path: String, force: Bool?) throws {
        if FileManager.default.fileExists(atPath: path), force != true {
            throw CommandFailure(
                .cannotCreate, vi: "đã tồn tại: \(path)", en: "exists already: \(path)",
                hint: Phrase(vi: "dùng --force để ghi vào đó", en: "use --force to write into it"))
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .cannotCreate, vi: "không tạo được thư mục \(path)", en: "cannot make the folder \(path)")
        }
    }

    /// The path with all links followed, as far as it exists.
    static func resolve(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().standardized.path(percentEncoded: false)
    }
}
