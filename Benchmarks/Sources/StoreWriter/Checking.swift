// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// Whether everything that was acknowledged is there, once, and nothing that nobody sent.
struct Checking {
    private let store: any VaultStore

    init(_ store: any VaultStore) { self.store = store }

    func run() async throws {
        var vaults: [VaultLine] = []
        var sent: Set<String> = []
        var acknowledged: [VaultID: [(id: DocumentID, digest: String)]] = [:]
        while let line = readLine() {
            let words = line.split(separator: " ")
            if let vault = VaultLine(words) { vaults.append(vault) }
            if words.count == 2, words[0] == "sending" { sent.insert(String(words[1])) }
            if words.count == 4, words[0] == "document", let vault = VaultID(words[1]), let id = DocumentID(words[2]) {
                acknowledged[vault, default: []].append((id, String(words[3])))
            }
        }
        var (count, unacknowledged, beside) = (0, 0, 0)
        for line in vaults {
            let vault = try await line.open(in: store)
            var digests: [DocumentID: String] = [:]
            for document in try await vault.list() {
                let bytes = try await vault.read(document.id).bytes()
                digests[document.id] = try Digest32(of: bytes).description
                if bytes.count > 65_536 { beside += 1 }
            }
            let said = acknowledged[line.id] ?? []
            for (document, digest) in said where digests[document] != digest {
                fail("vault \(line.id): \(document) was acknowledged and is lost or changed")
            }
            // Every document has random octets: what is there twice was stored twice.
            guard Set(digests.values).count == digests.count else { fail("vault \(line.id): one document twice") }
            guard sent.isSuperset(of: digests.values) else { fail("vault \(line.id): a document that nobody sent") }
            guard Set(said.map(\.id)).count == said.count else { fail("vault \(line.id): one id was given twice") }
            // Walks the whole journal: of a fork one side would be missing in it.
            guard try await vault.verify().isComplete else { fail("vault \(line.id) is not complete") }
            count += said.count
            unacknowledged += digests.count - said.count
        }
        print(
            "\(count) acknowledged documents in \(vaults.count) vaults are readable, none twice; \(beside) documents are "
                + "larger than 64 KiB; \(unacknowledged) of killed processes were stored without an acknowledgement"
        )
    }

    private func fail(_ text: String) -> Never {
        print(text)
        exit(1)
    }
}
