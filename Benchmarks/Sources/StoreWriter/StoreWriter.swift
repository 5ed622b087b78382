// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultPostgreSQL

/// One application process of `Scripts/postgresql-cluster`: writes documents and says which were acknowledged, or looks
/// whether all that were are there.
///
///     StoreWriter write URL      `vault ID CODE`, then `document VAULT ID SIZE` for each that was acknowledged, until killed
///     StoreWriter seed URL N     makes N vaults of ten documents; `vault ID CODE` for each
///     StoreWriter scale URL URL N PID  opening, listing and putting in two stores, beside each other, in the vaults that `seed`
///                                said, on standard input; the first store has the first N of them; PID is the server's
///     StoreWriter check URL      the same lines on standard input; `N documents in M vaults` or what is wrong
@main
struct StoreWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "seed", let count = Int(arguments[3]) {
            return try await ScaleMeasurement.seed(count, in: try await opened(arguments[2]))
        }
        if arguments.count == 6, arguments[1] == "scale", let count = Int(arguments[4]), let server = Int(arguments[5])
        {
            var lines: [String] = []
            while let line = readLine() { lines.append(line) }
            return try await ScaleMeasurement.run(
                small: ScaleMeasurement(try await opened(arguments[2]), lines.prefix(count)),
                large: ScaleMeasurement(try await opened(arguments[3]), lines), server: server)
        }
        guard arguments.count == 3, ["write", "check"].contains(arguments[1]) else {
            print("StoreWriter write|check URL")
            exit(64)
        }
        let store = try await opened(arguments[2])
        if arguments[1] == "write" { try await write(in: store) } else { try await check(in: store) }
    }

    /// One whole line at once: whoever reads it must not meet half of it.
    static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func opened(_ url: String) async throws -> PostgreSQLVaultStore {
        let address = try PostgreSQLStoreURL(url)
        for _ in 0..<5 {
            do { return try await PostgreSQLVaultStore(address) } catch {
                // A cluster between two primaries: as patient as a service that is started again and again.
                guard error.code == .busy else { throw error }
            }
        }
        return try await PostgreSQLVaultStore(address)
    }

    private static func write(in store: PostgreSQLVaultStore) async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<4 {
                group.addTask {
                    let code = RecoveryCode(random: SystemRandom())
                    let time = Instant(seconds: 1_795_228_222)
                    let vault = try await Vault.create(
                        name: "\(number)", in: store, unlocking: [.recoveryCode(code)], at: time)
                    say("vault \(vault.id) \(try code.text().replacing(" ", with: ""))")
                    while true {
                        // Now and then a document that is no longer kept beside its entry.
                        let size = Int.random(in: 0..<10) == 0 ? 200_000 : 20_000
                        let bytes = SystemRandom().bytes(size)
                        let operation = OperationID(random: SystemRandom())
                        let reference = try await retried {
                            try await vault.store(
                                MemorySource(bytes),
                                metadata: DocumentMetadata(
                                    type: "other", name: "\(size)", mediaType: "application/octet-stream"),
                                provenance: .selfDeclared(Digest32(of: bytes)), operation: operation, at: time)
                        }
                        say("document \(vault.id) \(reference.document) \(try Digest32(of: bytes))")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A caller that was told that the outcome is unknown says the same again, under the same operation.
    private static func retried<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<20 {
            do { return try await body() } catch let error as VaultError {
                guard [.busy, .storeFailure].contains(error.code) else { throw error }
                FileHandle.standardError.write(Data("again: \(error)\n".utf8))
            }
        }
        return try await body()
    }

    private static func check(in store: PostgreSQLVaultStore) async throws {
        var codes: [VaultID: String] = [:]
        var documents: [VaultID: [(id: DocumentID, digest: String)]] = [:]
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard words.count >= 3, let vault = VaultID(words[1]) else { continue }
            if words[0] == "vault" { codes[vault] = String(words[2]) }
            if words[0] == "document", words.count == 4, let id = DocumentID(words[2]) {
                documents[vault, default: []].append((id, String(words[3])))
            }
        }
        var checked = 0
        for (id, code) in codes {
            let vault = try await Vault.open(id, in: store, unlocking: .recoveryCode(RecoveryCode(code)))
            let listed = try await vault.list().map(\.id)
            let said = documents[id] ?? []
            // A writer that was killed may have had one more on its way; twice the same there is never.
            guard Set(listed).count == listed.count, listed.count <= said.count + 1 else {
                print("vault \(id): \(listed.count) documents, \(said.count) were acknowledged")
                exit(1)
            }
            for (document, digest) in said {
                guard listed.contains(document),
                    try await Digest32(of: vault.read(document).bytes()).description == digest
                else {
                    print("vault \(id): \(document) is lost")
                    exit(1)
                }
                checked += 1
            }
            guard try await vault.verify().isComplete else {
                print("vault \(id) is not complete")
                exit(1)
            }
        }
        print("\(checked) documents in \(codes.count) vaults")
    }
}
