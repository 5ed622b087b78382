// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// Where a witness keeps its key, and for every log the newest head that it cosigned.
///
/// A head is on stable storage, folder included, before its cosignature is given: a witness that forgot after a power cut
/// could cosign two logs.
struct WitnessFolder {
    let path: String

    init(_ path: String) { self.path = path }

    private var keyPath: String { "\(path)/key" }
    private var seenPath: String { "\(path)/seen" }

    /// Makes the folder and a key.
    func make() throws -> DeviceKey {
        try OutputFile.makeFolder(path, force: nil)
        try OutputFile.makeFolder(seenPath, force: nil)
        let key = try DeviceKey(random: SystemRandom())
        try OutputFile.write(key.octets.withSpan { span in span.indices.map { span[$0] } }, to: keyPath, mode: 0o600)
        return key
    }

    /// The witness with what it has seen.
    func witness(for logs: Set<VaultVerificationKey>) throws -> Witness {
        let key = try cardKeys(from: keyPath)
        var seen: [VaultID: Witness.Seen] = [:]
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: seenPath)
        } catch {
            throw CommandFailure(.noInput, vi: "không đọc được \(seenPath)", en: "cannot read \(seenPath)")
        }
        for name in names {
            // What a power cut left of a file that was not renamed yet.
            guard let vault = VaultID(name) else { continue }
            let text = String(decoding: try FileSource(path: "\(seenPath)/\(name)").allBytes(limit: 256), as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let size = Int64(words[0]), size >= 0,
                let root = Hexadecimal.decode(words[1]).flatMap(Digest32.init)
            else {
                throw CommandFailure(.inputOutput, vi: "\(name): bị hỏng", en: "\(name): what was seen is damaged")
            }
            seen[vault] = Witness.Seen(size: size, root: root)
        }
        let folder = self
        return Witness(key: key, for: logs, seen: seen) { vault, next in try folder.keep(next, of: vault) }
    }

    private func keep(_ seen: Witness.Seen, of vault: VaultID) throws {
        try OutputFile.write(Array("\(seen.size) \(seen.root)\n".utf8), to: "\(seenPath)/\(vault)")
        let descriptor = Foundation.open(seenPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw CommandFailure(.cannotCreate, vi: "không ghi bền được \(seenPath)", en: "cannot sync \(seenPath)")
        }
    }

    /// Keeps other processes out until it is released or the process ends.
    func lock() throws -> Lock {
        let descriptor = Foundation.open(keyPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw CommandFailure(
                .noInput, vi: "\(path) không phải thư mục của bên thứ ba", en: "\(path) is no folder of a witness")
        }
        return Lock(descriptor: descriptor)
    }

    struct Lock {
        fileprivate let descriptor: Int32
        func release() { close(descriptor) }
    }
}
