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

/// The folder of a SQLite store: manifest, shards, large contents (format §9).
struct StoreFolder: Sendable {
    struct Manifest: Codable {
        var format: String
        var version: Int
        var shards: Int
    }

    static let mostShards = 256
    let path: String
    let shards: Int

    /// Opens a folder, or makes one when `shards` is given and there is none.
    init(path: String, creatingWith shards: Int?) throws(VaultError) {
        self.path = path
        let manifestPath = path + "/manifest.json"
        switch FileKind(path) {
        case .missing:
            guard let shards else { throw VaultError(.notFound, object: path, "there is no such store") }
            try Self.make(path)
            try Self.found(path, shards, manifestPath)
        case .hidden: throw .system(EACCES, path)
        case .file, .other: throw VaultError(.notAStore, object: path, "not a folder")
        case .folder:
            guard FileKind(manifestPath) == .missing else { break }
            guard let shards else { throw VaultError(.notAStore, object: path, "a folder without manifest.json") }
            try Self.found(path, shards, manifestPath)
        }
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: URL(filePath: manifestPath)))
        } catch is DecodingError {
            throw VaultError(.notAStore, object: manifestPath, "not the manifest of a store")
        } catch {
            throw VaultError(.notPermitted, object: manifestPath, "cannot be read")
        }
        guard manifest.format == "dossier-vault-store", manifest.version >= 1 else {
            throw VaultError(.notAStore, object: manifestPath, "not the manifest of a store")
        }
        guard manifest.version == 1 else {
            throw VaultError(.newerVersion, object: manifestPath, "store version \(manifest.version)")
        }
        guard (1...Self.mostShards).contains(manifest.shards) else {
            throw VaultError(.damaged, object: manifestPath, "\(manifest.shards) shards")
        }
        self.shards = manifest.shards
    }

    func shard(of vault: VaultID) -> Int {
        Int(vault.octets.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % UInt32(shards))
    }

    func shardPath(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "\(path)/shard-\(digits.count < 2 ? "0" : "")\(digits).sqlite"
    }

    func contentFolder(_ vault: VaultID) -> String { "\(path)/contents/\(vault)" }

    func contentPath(_ id: ContentID, of vault: VaultID) -> String { "\(contentFolder(vault))/\(id)" }

    func packPath(_ name: ContentID, of vault: VaultID) -> String {
        "\(contentFolder(vault))/\(name)\(PackFile.suffix)"
    }

    private static func make(_ path: String) throws(VaultError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(errno, path) }
    }

    /// Makes a store of a folder. A foreign folder is not taken over; one in which somebody began to make a store and was
    /// killed is. Of several who make one at once the first decides about its shards.
    private static func found(_ path: String, _ shards: Int, _ manifestPath: String) throws(VaultError) {
        let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system(errno, path) }
        defer { close(folder) }
        while flock(folder, LOCK_EX) != 0, errno == EINTR {}
        guard FileKind(manifestPath) == .missing else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [path]
        guard names.allSatisfy({ $0.hasPrefix("manifest.json.") && $0.hasSuffix(DurableFile.suffix) }) else {
            throw VaultError(.notAStore, object: path, "a folder with other things in it")
        }
        DurableFile.deleteLeftovers(in: path, names)
        try DurableFile.syncFolder(of: path)
        let manifest = Manifest(format: "dossier-vault-store", version: 1, shards: shards)
        let text =
            "{\"format\": \"\(manifest.format)\", \"version\": \(manifest.version), \"shards\": \(manifest.shards)}\n"
        try DurableFile.put(Array(text.utf8), to: manifestPath)
    }
}

/// What a path names.
enum FileKind {
    /// `hidden` is what a folder on the way does not let this process see.
    case missing, hidden, file, folder, other

    init(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            self = errno == EACCES ? .hidden : .missing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}

extension VaultError {
    /// The error for an `errno`.
    static func system(_ code: Int32, _ object: String) -> VaultError {
        switch code {
        case ENOENT: VaultError(.notFound, object: object, "no such file or folder")
        case ENOTDIR: VaultError(.notAStore, object: object, "not a folder")
        case EACCES, EPERM, EROFS: VaultError(.notPermitted, object: object, "no permission (\(code))")
        case ENOSPC, EDQUOT: VaultError(.storeFull, object: object, "no room left (\(code))")
        default: VaultError(.storeFailure, object: object, "system error \(code)")
        }
    }
}
