// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultTesting

@testable import DocumentVault

/// What the Python reader says of grants and logs, which it reads from the format page alone.
@Suite("Grants and logs by another reader — docs/formats/grant-v1.md")
struct GrantPeerTests {
    private struct Answer: Decodable {
        struct Opened: Decodable {
            struct Item: Decodable {
                let document: String
                let type: String
                let sha256: String?
                let fields: [[String]]?
            }
            let vault: String
            let grant: String
            let items: [Item]
            let unattended: Bool
        }
        struct Log: Decodable {
            struct Record: Decodable {
                let kind: String
                let agency: String
                let grant: String
                let reason: String
                let count: Int
            }
            let size: Int
            let root: String
            let records: [Record?]
        }
        let opened: Opened?
        let log: Log?
    }

    private func read(_ input: [String: Any]) throws -> Answer? {
        let outcome = try PythonPeer.run(
            "testvectors/grant_reader.py", input: try JSONSerialization.data(withJSONObject: input),
            cases: "grants and logs for the Python reader")
        guard let outcome else { return nil }
        guard outcome.status == 0 else { throw Refused(errors: outcome.errors) }
        return try JSONDecoder().decode(Answer.self, from: outcome.output)
    }

    private struct Refused: Error { let errors: String }

    private func hex(_ bytes: [UInt8]) -> String { Hexadecimal.encode(bytes) }

    private func hex(_ key: DeviceKey) -> String { key.octets.withSpan { span in hex(span.indices.map { span[$0] }) } }

    @Test func `the reader opens a grant with both private keys, or with a release, and with neither alone`()
        async throws
    {
        let scene = try await GrantScene()
        let issued = try await scene.vault.grant(
            [Vault.GrantRequest(scene.birth), Vault.GrantRequest(scene.residence)], under: GrantScene.terms(uses: 3),
            to: scene.agency.card, release: .by(scene.service.card), at: GrantScene.now)
        let escrow = try #require(issued.escrow)
        try await scene.releases.register(escrow, at: GrantScene.now)
        let objects = try await scene.scene.objects()
        let contents = Dictionary(
            uniqueKeysWithValues: try issued.grant.items.map {
                ($0.content.description, hex(try #require(objects.contents[$0.content])))
            })
        let package: [String: Any] = [
            "package": hex(issued.package.bytes), "recipient": hex(scene.agency.key), "contents": contents,
        ]
        func with(_ more: [String: Any]) -> [String: Any] { package.merging(more) { _, new in new } }
        let both = with(["escrow": hex(escrow.bytes), "service": hex(scene.service.key)])
        guard let answer = try read(both)?.opened else { return }
        #expect(answer.grant == issued.grant.digest.description && answer.vault == scene.vault.id.description)
        #expect(answer.items.map(\.sha256) == issued.grant.items.map(\.sha256.description) && !answer.unattended)
        // Neither alone, and not with the keys exchanged.
        #expect(throws: Refused.self) { try read(package) }
        #expect(throws: Refused.self) { try read(with(["recipient": hex(scene.service.key)])) }
        #expect(throws: Refused.self) {
            try read(with(["escrow": hex(escrow.bytes), "service": hex(scene.agency.key)]))
        }
        let request = try scene.request(issued)
        let release = try await scene.releases.release(request, to: scene.agency.card, at: GrantScene.now)
        let answered = with(["release": hex(release.bytes), "request": hex(request.bytes)])
        #expect(try read(answered)?.opened?.items.count == 2)
        let other = try scene.request(issued)
        #expect(throws: Refused.self) {
            try read(with(["release": hex(release.bytes), "request": hex(other.bytes)]))
        }
        // A mandate, values alone, and no service.
        let values = try await scene.grant(
            items: [Vault.GrantRequest(scene.birth, fields: ["fullName"])], release: .unattended)
        let plain = try read([
            "package": hex(values.package.bytes), "recipient": hex(scene.agency.key), "contents": [:] as [String: Any],
        ])
        #expect(plain?.opened?.unattended == true)
        #expect(plain?.opened?.items.first?.fields == [["fullName", "Nguyễn Văn Thử", "issuer"]])
    }

    @Test func `the reader finds the same log, and what was taken out of it`() async throws {
        let scene = try await GrantScene()
        let issued = try await scene.registered(GrantScene.terms(uses: 30))
        let anchored = try await scene.releases.log.checkpoint(of: scene.vault.id, at: GrantScene.now)
        for number in 0..<12 {
            _ = try await scene.releases.release(
                scene.request(issued), to: scene.agency.card,
                visibleFrom: number == 5 ? GrantScene.now.adding(seconds: 99) : nil, at: GrantScene.now)
        }
        let (checkpoint, entries) = try await scene.releases.log.history(of: scene.vault.id, at: GrantScene.now)
        func log(_ entries: [AccessLogEntry]) -> [String: Any] {
            [
                "log": [
                    "key": hex(scene.service.card.card.verification.octets), "checkpoint": hex(checkpoint.bytes),
                    "anchored": hex(anchored.bytes), "entries": entries.map { hex($0.bytes) },
                ] as [String: Any]
            ]
        }
        guard let answer = try read(log(entries))?.log else { return }
        #expect(answer.size == 13 && answer.root == checkpoint.root.description)
        #expect(answer.records.map { $0?.kind } == ["granted"] + (0..<12).map { $0 == 5 ? nil : "released" })
        #expect(answer.records[1]?.grant == issued.grant.digest.description)
        #expect(throws: Refused.self) { try read(log(Array(entries.dropLast()))) }
        #expect(throws: Refused.self) { try read(log(entries.dropLast() + [entries[3]])) }
    }
}
