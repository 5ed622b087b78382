// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultObjectStore
import VaultPostgreSQL

/// One application process of `Scripts/store-cluster` and `Scripts/network-faults`: writes documents and says which were
/// acknowledged, or looks whether all that were are there.
///
///     StoreWriter write URL      `vault ID CODE`, then for each document `sending DIGEST` and, when it was acknowledged,
///                                `document VAULT ID DIGEST`, until killed; writes into the vaults of lines `vault ID CODE`
///                                on standard input, which others write into as well, or into new ones where there are none
///     StoreWriter seed URL N     makes N vaults of ten documents; `vault ID CODE` for each
///     StoreWriter scale URL URL N PID  opening, listing and putting in two stores, beside each other, in the vaults that `seed`
///                                said, on standard input; the first store has the first N of them; PID is the server's
///     StoreWriter check URL      the same lines on standard input; `N documents in M vaults` or what is wrong
///
/// An address is `postgres://…`, with `&contents=s3://…` where large contents lie in an object store.
@main
struct StoreWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "seed", let count = Int(arguments[3]) {
            return try await ScaleMeasurement.seed(count, in: try await records(arguments[2]))
        }
        if arguments.count == 6, arguments[1] == "scale", let count = Int(arguments[4]), let server = Int(arguments[5])
        {
            var lines: [String] = []
            while let line = readLine() { lines.append(line) }
            return try await ScaleMeasurement.run(
                small: ScaleMeasurement(try await records(arguments[2]), lines.prefix(count)),
                large: ScaleMeasurement(try await records(arguments[3]), lines), server: server)
        }
        guard arguments.count == 3, ["write", "check"].contains(arguments[1]) else {
            print("StoreWriter write|check URL")
            exit(64)
        }
        let store = try await opened(arguments[2])
        if arguments[1] == "write" { try await Writing(store).run() } else { try await Checking(store).run() }
    }

    private static func opened(_ text: String) async throws -> any VaultStore {
        let (url, contents) = try ObjectStoreLocation.split(text)
        let records = try await records(url)
        guard let contents else { return records }
        return ObjectVaultStore(
            records: records, contents: contents, credentials: try ObjectStoreCredentials(for: contents))
    }

    /// One whole line at once: whoever reads it must not meet half of it.
    static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func records(_ url: String) async throws -> PostgreSQLVaultStore {
        let address = try PostgreSQLStoreURL(url)
        for _ in 0..<5 {
            do { return try await PostgreSQLVaultStore(address) } catch {
                // A cluster between two primaries: as patient as a service that is started again and again.
                guard error.code == .busy else { throw error }
            }
        }
        return try await PostgreSQLVaultStore(address)
    }
}

/// The lines that say which vaults there are: id and recovery code.
struct VaultLine {
    let id: VaultID
    let code: String

    init(id: VaultID, code: String) {
        self.id = id
        self.code = code
    }

    init?(_ words: [Substring]) {
        guard words.count == 3, words[0] == "vault", let id = VaultID(words[1]) else { return nil }
        self.init(id: id, code: String(words[2]))
    }

    func open(in store: any VaultStore) async throws -> Vault {
        try await Vault.open(id, in: store, unlocking: .recoveryCode(RecoveryCode(code)))
    }
}
