// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// Writes a file whole or not at all: a temporary file beside it, synced, then renamed.
enum OutputFile {
    /// Checks that a path may be written before any work is done.
    ///
    /// - Throws: 64 when it names one of the inputs, 73 when it exists without `force` or its folder does not.
    static func check(_ path: String, inputs: [String], force: Bool) throws {
        let resolved = resolve(path)
        guard !inputs.contains(where: { resolve($0) == resolved }) else {
            throw CommandFailure(
                .usage, vi: "tệp kết quả trùng với tệp đầu vào: \(path)", en: "the output is also an input: \(path)")
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(.cannotCreate, vi: "không có thư mục \(folder)", en: "no folder \(folder)")
        }
        if FileManager.default.fileExists(atPath: path), !force {
            throw CommandFailure(
                .cannotCreate, vi: "tệp đã tồn tại: \(path)", en: "the file exists already: \(path)",
                hint: Phrase(vi: "dùng --force để ghi đè", en: "use --force to overwrite it"))
        }
    }

    /// Writes bytes.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = temporaryPath(for: path)
        do {
            let handle = try open(temporary)
            try handle.write(contentsOf: Data(bytes))
            try finish(handle, temporary, path)
        } catch {
            unlink(temporary)
            throw CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
        }
    }

    /// Writes what a closure gives piece by piece; an error of the closure leaves nothing behind.
    static func write(to path: String, _ body: (FileHandle) async throws -> Void) async throws {
        let temporary = temporaryPath(for: path)
        do {
            let handle = try open(temporary)
            try await body(handle)
            try finish(handle, temporary, path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func temporaryPath(for path: String) -> String {
        path + ".\(ProcessInfo.processInfo.processIdentifier).tmp"
    }

    private static func open(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
        }
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    private static func finish(_ handle: FileHandle, _ temporary: String, _ path: String) throws {
        try handle.synchronize()
        try handle.close()
        guard rename(temporary, path) == 0 else {
            throw CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
        }
    }

    /// Makes a folder that does not exist yet.
    static func makeFolder(_ path: String, force: Bool) throws {
        if FileManager.default.fileExists(atPath: path), !force {
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

    private static func resolve(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().standardized.path()
    }
}
