// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import VaultPostgreSQL

extension StoreCommand {
    /// Moves vaults between the clusters of a store.
    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Chuyển kho sang cụm khác trong khi vẫn đọc, ghi. / Move vaults to another cluster while they are read and written.",
            discussion: """
                Readers do not wait; writers wait for the last moment of copying and go on in the new cluster by themselves. \
                A move that was broken off is finished by the same command, or taken back with --abandon.
                """)
        @OptionGroup var place: Place
        @Option(help: ArgumentHelp("Vault to move; may stand many times.", valueName: "id"))
        var vault: [String]
        @Option(
            help: ArgumentHelp("Number of the cluster, from 1 in the order of the address.", valueName: "cluster"))
        var to: Int?
        @Flag(help: "Take back a move that was not finished.")
        var abandon = false

        private struct Report: Encodable { let vaults: [PostgreSQLVaultMove] }

        func validate() throws {
            guard (to != nil) != abandon else { throw ValidationError("either --to or --abandon") }
            guard vault.allSatisfy({ VaultID($0) != nil }) else {
                throw ValidationError("--vault takes 64 hexadecimal digits")
            }
        }

        func run() async throws {
            guard case .postgresql(let address) = try place.address().records else {
                throw ValidationError("--store takes postgres://… here: only such a store has clusters")
            }
            if let to, !(1...address.shards).contains(to) {
                throw ValidationError("--to takes a number from 1 to \(address.shards)")
            }
            // Large contents in an object store belong to all clusters and stay where they are.
            let store = try await PostgreSQLVaultStore(address)
            var moves: [PostgreSQLVaultMove] = []
            for id in vault.compactMap({ VaultID($0) }) {
                guard let to else {
                    try await store.abandonMove(of: id)
                    continue
                }
                let move = try await store.move(id, to: to, clock: ContinuousClock())
                moves.append(move)
                if !place.common.json {
                    Console.print(
                        move.from == move.to
                            ? "\(move.vault)  \(move.to)"
                            : "\(move.vault)  \(move.from) → \(move.to)  \(move.entries) entries, \(move.contents) contents, writing waited \(Int(move.pause)) ms"
                    )
                }
            }
            if place.common.json { Console.write(try CanonicalJSON.encode(Report(vaults: moves))) }
        }
    }
}
