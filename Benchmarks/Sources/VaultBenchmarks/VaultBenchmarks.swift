// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import Glibc
import VaultSQLite

/// The vault beside its peers, in one run on one disk: a table on standard output, and rows in a JSON file.
///
///     VaultBenchmarks [bench|scale] [results.json|-] [part of the names of the rows that are wanted] [documents]
///
/// `bench` takes some minutes; `scale` makes the long rows: a million documents (or as many as are named), 10 GiB. `DOSSIER_BENCH_FOLDER` names the
/// folder on the disk that is measured, else `.build`.
@main
struct VaultBenchmarks {
    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "child" { return try await child(Array(arguments.dropFirst())) }
        let isLong = arguments.first == "scale"
        if let first = arguments.first, ["bench", "scale"].contains(first) { arguments.removeFirst() }
        let results = arguments.first ?? "-"
        let only = arguments.count > 1 ? arguments[1] : ""
        let scratch = try Scratch(in: ProcessInfo.processInfo.environment["DOSSIER_BENCH_FOLDER"] ?? ".build")
        defer { scratch.remove() }
        var table = Table(only: only)
        say(Table.header)
        if isLong {
            try await MemoryRows.run(&table, scratch, largest: 10 << 30, "10 GiB")
            let most = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 1_000_000
            guard most >= 20_000 else { throw CannotMeasure(description: "20,000 documents at least") }
            try await GrowthRows.oneVault(&table, scratch, most: most)
            try await GrowthRows.manyVaults(&table, scratch, vaults: 10_000, each: 100)
        } else {
            try await ContentRows.run(&table, scratch)
            try await WriteRows.single(&table, scratch)
            try await WriteRows.several(&table, scratch)
            try await PostgreSQLRows.run(&table)
            try await FileRows.run(&table, scratch)
            try await FolderRows.run(&table, scratch)
            try await ObjectRows.run(&table, scratch)
            try await GrowthRows.run(&table, scratch, most: 100_000)
            try await GrowthRows.oneVault(&table, scratch, most: 50_000)
            try await GrowthRows.manyVaults(&table, scratch, vaults: 200, each: 100)
            try await MemoryRows.run(&table, scratch, largest: 1 << 30, "1 GiB")
        }
        if results != "-" { try table.write(to: results) }
        say("\(table.rows.count { $0.holds }) of \(table.rows.count) goals hold")
    }

    /// What another process of the same program does.
    private static func child(_ arguments: [String]) async throws {
        guard arguments.count >= 3, let text = ProcessInfo.processInfo.environment["DOSSIER_BENCH_CODE"] else {
            throw CannotMeasure(description: "called by hand")
        }
        let code = try RecoveryCode(text)
        let (command, path) = (arguments[0], arguments[1])
        if command == "write", arguments.count > 4, let writers = Int(arguments[2]),
            let milliseconds = Int(arguments[3])
        {
            return try await WriteRows.child(
                path: path, ids: arguments[4...].compactMap { VaultID($0) }, code: code, writers: writers,
                milliseconds: milliseconds)
        }
        guard let id = VaultID(arguments[2]), arguments.count > 3 else {
            throw CannotMeasure(description: "no vault")
        }
        let vault = try await Vault.open(id, in: try SQLiteVaultStore(path: path), unlocking: .recoveryCode(code))
        switch command {
        case "store": say("\(try await vault.store(file: arguments[3]).document)")
        case "files": try await FolderRows.child(vault, arguments[3])
        case "memory": try await MemoryRows.child(vault, arguments[3])
        case "read":
            guard let document = DocumentID(arguments[3]), arguments.count > 4 else {
                throw CannotMeasure(description: "no document")
            }
            let target = open(arguments[4], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            try await vault.read(document).write(toFileDescriptor: target)
            guard fsync(target) == 0, close(target) == 0 else { throw CannotMeasure(description: arguments[4]) }
        default: throw CannotMeasure(description: command)
        }
    }
}
