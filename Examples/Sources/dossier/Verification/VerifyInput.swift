// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PKIX

/// One file that `verify` was asked about.
struct VerifyInput: Sendable {
    /// The path as it will be reported.
    let path: String
    /// The content that `--detached` names.
    var content: String?

    /// The files in the order given; a folder stands for its files, and those of its folders, in order of their paths.
    ///
    /// Links to folders are not followed, so that no tree is endless. A path that is neither is kept: it gets its error.
    static func all(in paths: [String], list: String?, detached: String?) throws -> [VerifyInput] {
        try (paths + listed(in: list)).flatMap { path -> [VerifyInput] in
            // With --detached the one file is a signature.
            guard detached == nil, FileStamp(of: path)?.isFolder == true else {
                return [VerifyInput(path: path, content: detached)]
            }
            return files(of: path).map { VerifyInput(path: $0) }
        }
    }

    private static func listed(in list: String?) throws -> [String] {
        guard let list else { return [] }
        do {
            let bytes = try FileSource(path: list).allBytes(limit: 1 << 28)
            return bytes.split { $0 == 0x0a || $0 == 0x0d }.map { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw CommandFailure(error, path: list)
        }
    }

    private static func files(of folder: String) -> [String] {
        let place = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        var files: [String] = []
        let tree = FileManager.default.enumerator(atPath: folder)
        // A folder that cannot be opened gets an error of its own; what it holds must not pass for judged.
        if !canRead(folder) { files.append(folder) }
        while let name = tree?.nextObject() as? String {
            let path = place + "/" + name
            // A link to a folder, a socket or a pipe is no file; a broken link is one that cannot be read.
            guard let stamp = FileStamp(of: path) else {
                files.append(path)
                continue
            }
            if stamp.isFile || stamp.isFolder && !isLink(path) && !canRead(path) { files.append(path) }
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func canRead(_ folder: String) -> Bool { access(folder, R_OK | X_OK) == 0 }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The file opened, paired with what it belongs to: `x.p7s` is judged over `x`, and `x` that carries no signature
    /// itself by `x.p7s` beside it.
    ///
    /// - Parameters:
    ///   - password: Of encrypted PDFs.
    ///   - isStructure: Whether it is the file's own structure that is asked for, signed or not.
    func open(
        password: String? = nil, asStructure isStructure: Bool = false
    ) throws -> (file: OpenedFile, contentFile: String?, signatureFile: String?) {
        let source = DigestedSource.wrapping(try FileSource(path: path))
        if let contentPath = content ?? Self.content(of: path) {
            return (try OpenedFile(path: path, source: source, content: Self.source(contentPath)), contentPath, nil)
        }
        guard let signaturePath = Self.signature(of: path) else {
            let opened = try OpenedFile(path: path, source: source, password: password)
            guard opened.document == nil else { return (opened, nil, nil) }
            // A signature that nobody looked at must not pass for none.
            if let unjudged = try UnjudgedSignatures(in: source) {
                throw CommandFailure(
                    .badInput, vi: "\(path): \(unjudged.phrase.vi)", en: "\(path): \(unjudged.phrase.en)")
            }
            return (opened, nil, nil)
        }
        // A PDF or container without a signature, or that cannot be opened as such, is a file like any other: the signature
        // beside it stands over its octets.
        if let opened = try? OpenedFile(path: path, source: source, password: password),
            isStructure ? opened.document != nil : Self.isSigned(opened)
        {
            return (opened, nil, nil)
        }
        let signature = try Self.source(signaturePath)
        do {
            return (try OpenedFile(path: path, content: source, signedBy: signature), nil, signaturePath)
        } catch {
            throw CommandFailure(error, path: signaturePath)
        }
    }

    /// Paths at which the other file of a detached signature may be.
    var companions: [String] { [content ?? Self.content(of: path), Self.signature(of: path)].compactMap(\.self) }

    private static func isSigned(_ file: OpenedFile) -> Bool {
        let facts = try? file.document?.signatureFacts(with: ValidationMaterial())
        return facts?.isEmpty == false
    }

    private static func source(_ path: String) throws -> FileSource {
        do { return try FileSource(path: path) } catch { throw CommandFailure(error, path: path) }
    }

    private static func content(of path: String) -> String? {
        guard path.lowercased().hasSuffix(".p7s") else { return nil }
        let content = String(path.dropLast(4))
        return FileStamp(of: content)?.isFile == true ? content : nil
    }

    private static func signature(of path: String) -> String? {
        [".p7s", ".P7S"].map { path + $0 }.first { FileStamp(of: $0)?.isFile == true }
    }
}
