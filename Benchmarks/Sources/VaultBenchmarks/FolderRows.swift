// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Glibc
import VaultSQLite

/// Many small files into a vault, beside restic; each in a process of its own.
enum FolderRows {
    static func run(_ table: inout Table, _ scratch: Scratch) async throws {
        let name = "10,000 files of 20 KiB"
        guard table.wants(name) else { return }
        guard hasTool("restic") else {
            say("left out: \(name) beside restic (Debian package restic)")
            return
        }
        let folder = scratch("files")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 0..<10_000 {
            try Data(randomOctets(20 << 10)).write(to: URL(filePath: "\(folder)/\(number)"))
        }
        Glibc.sync()
        var ours: [Cost] = []
        var theirs: [Cost] = []
        for round in 0..<4 {
            let fixture = try await Fixture(scratch("store\(round)"))
            let environment = [
                "RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": scratch("restic\(round)"),
                "RESTIC_CACHE_DIR": scratch("cache\(round)"),
            ]
            _ = try Program.run(["restic", "init", "--quiet"], environment: environment)
            // In turn the first: who comes second finds the files in the cache.
            for isOurs in [round.isMultiple(of: 2), !round.isMultiple(of: 2)] {
                if isOurs {
                    ours.append(
                        try Program.run(
                            [Program.own, "child", "files", scratch("store\(round)"), "\(fixture.vault.id)", folder],
                            environment: ["DOSSIER_BENCH_CODE": try fixture.code.text()]
                        ).cost)
                } else {
                    theirs.append(
                        try Program.run(["restic", "backup", "--quiet", folder], environment: environment).cost)
                }
            }
            for name in ["store\(round)", "restic\(round)", "cache\(round)"] { scratch.delete(name) }
        }
        scratch.delete("files")
        table.add(
            name, ours: ours.map(\.wall), peer: theirs.map(\.wall), "s", goal: .ratio(2),
            note: "whole process, repository and vault made before; ours takes the digest of every file and is "
                + "acknowledged in batches of at most \(Vault.largestBatch)")
        table.add(
            name + ", processor time", ours: ours.map(\.cpu), peer: theirs.map(\.cpu), "s", goal: .none,
            note: "the same rounds, all threads; what is left when the disk and other programs are left out")
    }

    /// The part of the other process.
    static func child(_ vault: Vault, _ folder: String) async throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        // Opened when their turn comes: a process may not have all of them open at once.
        _ = try await vault.store(names.count, at: Fixture.time) { place in
            DocumentUpload(
                selfDeclared: try FileSource(path: "\(folder)/\(names[place])"),
                metadata: DocumentMetadata(type: "other", name: names[place], mediaType: "application/octet-stream"))
        }
    }
}
