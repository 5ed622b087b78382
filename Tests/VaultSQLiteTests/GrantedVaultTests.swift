// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultTesting

@testable import VaultSQLite

@Suite("A vault with grants in SQLite — docs/formats/vault-v1.md §4, kinds 14–16")
struct GrantedVaultTests {
    private func party(_ role: AgencyCard.Role, _ name: String) throws -> (key: DeviceKey, card: ValidatedCard) {
        let key = try DeviceKey(random: SystemRandom())
        let card = try AgencyCard(
            role, name: name, keys: key.card, notBefore: Samples.time, notAfter: Samples.time.adding(seconds: 86_400))
        return (
            key,
            ValidatedCard(
                card, certificate: try Digest32(of: [1]), trustDomain: "public-duty", validatedAt: Samples.time)
        )
    }

    @Test func `grants, their end and the log's head are kept, and the Python reader finds the vault complete`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(
            name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        let (agencyKey, agency) = try party(.recipient, "Cơ quan thử nghiệm")
        let (serviceKey, service) = try party(.releaseService, "Dịch vụ thử nghiệm")
        let releases = try ReleaseService(
            card: service, key: serviceKey, in: SQLiteAccessLogStore(path: folder.path + "/log.sqlite"))
        // Large enough to lie beside the database, and more entries than a snapshot may lag behind.
        let document = try await Samples.store(Samples.bytes(100_000), in: vault)
        for number in 0..<40 {
            let terms = GrantTerms(
                procedure: "1.004222", dossier: "T-\(number)", purpose: "x", purposeText: Phrase(vi: "x", en: "x"),
                textShown: "Tôi đồng ý.", language: .vietnamese, notBefore: Samples.time,
                notAfter: Samples.time.adding(seconds: 3600), uses: 1)
            let issued = try await vault.grant(
                [Vault.GrantRequest(document)], under: terms, to: agency, release: .by(service), at: Samples.time)
            try await releases.register(try #require(issued.escrow), at: Samples.time)
            let request = try issued.package.request(by: agencyKey, official: "x", at: Samples.time)
            let release = try await releases.release(request, to: agency, at: Samples.time)
            let items = try issued.package.open(with: release, for: request, by: agencyKey)
            if number == 0 { #expect(try await items[0].content(in: store).bytes() == Samples.bytes(100_000)) }
            if number.isMultiple(of: 2) {
                try await releases.revoke(vault.revoke(issued.grant.id, at: Samples.time), at: Samples.time)
            }
        }
        let (checkpoint, entries) = try await releases.log.history(of: vault.id, at: Samples.time)
        #expect(checkpoint.size == 100)
        let history = try AccessHistory(
            entries, checkpoint, signedBy: service.card.verification, since: nil, at: Samples.time)
        try await vault.anchor(history, signedBy: service.card.verification, at: Samples.time)

        let opened = try await Vault.open(
            vault.id, in: SQLiteVaultStore(path: path), unlocking: .recoveryCode(code), anchor: vault.anchor)
        #expect(opened.freshness == .anchored)
        let grants = try await opened.grants()
        #expect(grants.count == 40)
        #expect(grants.count { $0.standing(at: Samples.time) == .revoked } == 20)
        #expect(try await opened.accessLogAnchor(of: service.card.verification) == checkpoint)
        #expect(try await opened.verify().isComplete)

        try Data("\(code.text())\n".utf8).write(to: URL(filePath: folder.path + "/code"))
        let outcome = try PythonPeer.run(
            "testvectors/reader.py", [path, "--recovery-file", folder.path + "/code"],
            cases: "a vault with grants for the Python reader")
        if let outcome { #expect(outcome.status == 0, "\(outcome.errors)") }
    }
}
