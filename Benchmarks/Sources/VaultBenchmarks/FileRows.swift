// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import VaultSQLite

/// One large file into a vault and out again, beside age; each in a process of its own on the same core.
enum FileRows {
    static func run(_ table: inout Table, _ scratch: Scratch) async throws {
        let (into, out) = ("1 GiB file into a vault", "1 GiB file out of a vault")
        guard table.wants(into) || table.wants(out) else { return }
        guard hasTool("age"), hasTool("taskset") else {
            say("left out: 1 GiB beside age (Debian packages age and util-linux)")
            return
        }
        let plain = scratch("plain.bin")
        guard FileManager.default.createFile(atPath: plain, contents: nil),
            let file = FileHandle(forWritingAtPath: plain)
        else { throw CannotMeasure(description: plain) }
        let piece = randomOctets(16 << 20)
        for _ in 0..<64 { try file.write(contentsOf: Data(piece)) }
        try file.close()
        try sync(plain)
        _ = try Program.run(["age-keygen", "-o", scratch("age.key")])
        let recipient = try Program.run(["age-keygen", "-y", scratch("age.key")]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var ours: (into: [Cost], out: [Cost]) = ([], [])
        var theirs: (into: [Cost], out: [Cost]) = ([], [])
        var unsynced: [Double] = []
        for round in 0..<3 {
            let fixture = try await Fixture(scratch("store\(round)"))
            let child = [Program.own, "child", "store", scratch("store\(round)"), "\(fixture.vault.id)"]
            let secret = ["DOSSIER_BENCH_CODE": try fixture.code.text()]
            let stored = try Program.run(child + [plain], core: 0, environment: secret)
            ours.into.append(stored.cost)

            let sealed = scratch("plain.age")
            let encrypted = try Program.run(["age", "-r", recipient, "-o", sealed, plain], core: 0)
            let flush = try await seconds { try sync(sealed) }
            unsynced.append(encrypted.cost.wall)
            theirs.into.append(Cost(wall: encrypted.cost.wall + flush, cpu: encrypted.cost.cpu))

            let document = stored.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let opening = [Program.own, "child", "read", scratch("store\(round)"), "\(fixture.vault.id)", document]
            ours.out.append(try Program.run(opening + [scratch("ours.bin")], core: 0, environment: secret).cost)
            let decrypted = try Program.run(
                ["age", "-d", "-i", scratch("age.key"), "-o", scratch("theirs.bin"), sealed], core: 0)
            theirs.out.append(
                Cost(
                    wall: decrypted.cost.wall + (try await seconds { try sync(scratch("theirs.bin")) }),
                    cpu: decrypted.cost.cpu))
            guard FileManager.default.contentsEqual(atPath: plain, andPath: scratch("ours.bin")) else {
                throw CannotMeasure(description: "what came out of the vault is not what went in")
            }
            for name in ["store\(round)", "plain.age", "ours.bin", "theirs.bin"] { scratch.delete(name) }
        }
        for name in ["plain.bin", "age.key"] { scratch.delete(name) }
        let note =
            "one core (taskset), whole process, result synced to the disk on both sides; ours takes SHA-256 "
        table.add(
            into, ours: ours.into.map(\.wall), peer: theirs.into.map(\.wall), "s", goal: .ratio(1),
            note: note + "while sealing; age without the sync took \(unsynced.median) s")
        table.add(
            into + ", processor time", ours: ours.into.map(\.cpu), peer: theirs.into.map(\.cpu), "s", goal: .none,
            note: note)
        table.add(
            out, ours: ours.out.map(\.wall), peer: theirs.out.map(\.wall), "s", goal: .ratio(1),
            note: note + "and checks it while opening")
        table.add(
            out + ", processor time", ours: ours.out.map(\.cpu), peer: theirs.out.map(\.cpu), "s", goal: .none,
            note: note)
    }
}
