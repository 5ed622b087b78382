// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing
import VaultSQLite

@testable import CryptoPrimitives
@testable import DocumentVault

// Serialised: each case starts the program and reads its whole memory several times.
@Suite(.serialized) struct `Portal, what stays in the process's memory` {
    private static let passphrase = "bốn con vịt đi qua cầu tre lúc năm giờ sáng"
    private static let paper = "birth-certificate.pdf"

    /// Everything that opens a vault, learned by opening it beside the portal.
    private func keys(of id: VaultID, in folder: String) async throws -> [ProcessMemory.Needle] {
        let store = try SQLiteVaultStore(path: folder)
        let vault = try await Vault.open(id, in: store, unlocking: .passphrase(Self.passphrase))
        func octets(_ secret: borrowing SecretBytes) -> [UInt8] {
            secret.withSpan { span in span.indices.map { span[$0] } }
        }
        var needles: [ProcessMemory.Needle] = []
        for secret in await vault.secrets.values {
            needles.append(.init(name: "epoch secret", octets: octets(secret.octets)))
        }
        let access = await vault.access
        let owner = try #require(access.owner)
        let seed = octets(owner.key.seed)
        needles.append(.init(name: "owner key", octets: seed))
        // What Ed25519 signs with (RFC 8032 §5.1.5); the ends of the scalar are clamped, its middle is not.
        let expanded = try DigestAlgorithm.sha512.digest(of: seed)
        needles.append(.init(name: "owner scalar", octets: Array(expanded[1..<31])))
        needles.append(.init(name: "owner prefix", octets: Array(expanded[32..<64])))
        needles.append(.init(name: "owner secret", octets: octets(owner.secret)))
        guard case .key(let slot) = access.opener else { throw ServedPortal.Failed(reason: "no slot key") }
        needles.append(.init(name: "slot key", octets: octets(slot.octets)))
        for record in try await vault.list() {
            let version = record.current
            let sealed = try #require(try await store.keyRecord(of: version.id, in: id))
            let key = try await KeyRecord(parsing: sealed, object: "").open(
                vault: id, under: try #require(vault.secrets[1]), object: "")
            needles.append(.init(name: "document key", octets: octets(key.octets)))
            // Under which AES runs (docs/formats/vault-v1.md §2): the first octets of its key schedule.
            let salt = try await store.content(version.content, of: id, in: 0..<Int64(Cobblestone256.saltByteCount))
            let info =
                Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0] + salt
                + VaultSeal.context(.content, [id.octets, version.document.octets, version.id.octets])
            let derived = try HKDF.expand(.sha512, key: octets(key.octets).span, info: info.span, byteCount: 76)
            needles.append(.init(name: "content key", octets: Array(octets(derived).prefix(32))))
        }
        return needles
    }

    /// A citizen who has made a vault, put a paper in and looked at it; and what must not stay behind.
    private func visit(_ browser: SocketBrowser, _ portal: ServedPortal) async throws -> [ProcessMemory.Needle] {
        _ = try browser.get("/sign-in")
        _ = try browser.post("/sign-in", [("person", "citizen-1")])
        _ = try browser.get("/vault")
        #expect(
            try browser.post("/vault/create", [("passphrase", Self.passphrase), ("again", Self.passphrase)])
                .status == 303)
        let groups = TestBrowser.code(in: try browser.get("/vault/recovery").text)
        #expect(groups.count == 14)
        let text = groups.joined(separator: "-")
        let code = try RecoveryCode(text)
        #expect(
            try browser.post("/vault/recovery", [("first", groups[2]), ("second", groups[10])]).status == 303)
        _ = try browser.get("/vault")
        let document = try #require(try browser.post("/vault/samples/\(Self.paper)").location)
        #expect(try browser.get(document).status == 200)
        #expect(try browser.get("/procedures").status == 200)
        let page = try browser.get("/vault/leaks").text
        let start = try #require(page.firstRange(of: "<code>"))
        let id = try #require(VaultID(String(page[start.upperBound...].prefix { $0 != "<" })))
        // Opened by the passphrase too, as on another day.
        _ = try browser.post("/vault/lock")
        _ = try browser.get("/vault")
        #expect(try browser.post("/vault/unlock", [("passphrase", Self.passphrase)]).status == 303)
        #expect(try browser.get(document).status == 200)
        let octets = code.octets.withSpan { span in span.indices.map { span[$0] } }
        return try await keys(of: id, in: portal.folder) + [
            .init(name: "recovery code", octets: octets),
            .init(name: "recovery code as shown", octets: Array(text.utf8)),
            .init(name: "passphrase", octets: Array(Self.passphrase.utf8)),
            .init(name: "passphrase as sent", octets: Array(SocketBrowser.encoded(Self.passphrase).utf8)),
        ]
    }

    /// What an open session cannot do without.
    private static let inUse: Set<String> = ["epoch secret", "owner key", "owner secret", "slot key"]

    /// That the search finds what is there: the keys of an open vault, and a passphrase that is just arriving.
    private func checkSearch(
        _ memory: ProcessMemory, _ needles: [ProcessMemory.Needle], _ portal: ServedPortal
    ) throws {
        let open = try memory.search(for: needles)
        #expect(open.octets > 64 << 20)
        #expect(Self.inUse.isSubset(of: Set(open.found.map(\.name))), "\(open.found)")
        let slow = SocketBrowser(portal)
        defer { slow.close() }
        let body = SocketBrowser.encoded([("passphrase", Self.passphrase)])
        try slow.send(raw: slow.head("POST", "/vault/unlock", length: body.count + 1000) + body)
        let deadline = Date().addingTimeInterval(20)
        var arrived = false
        while !arrived, Date() < deadline {
            arrived = try memory.search(for: needles).found.contains { $0.name == "passphrase as sent" }
        }
        #expect(arrived, "the octets of an unfinished request are seen")
    }

    private func checkNothingIsLeft(_ memory: ProcessMemory, _ needles: [ProcessMemory.Needle]) async throws {
        // Connections that were told to end need a moment.
        try await Task.sleep(for: .seconds(1))
        let left = try memory.search(for: needles).found
        #expect(left.isEmpty, "\(left.sorted { $0.description < $1.description })")
    }

    @Test func `after signing out no key, passphrase or recovery code is left`() async throws {
        let portal = try ServedPortal()
        defer { portal.stop() }
        let memory = ProcessMemory(process: portal.processID)
        guard memory.isReadable else { return print("skipped: the memory of another process cannot be read here") }
        let browser = SocketBrowser(portal)
        let needles = try await visit(browser, portal)
        try checkSearch(memory, needles, portal)
        #expect(try browser.get("/vault").status == 200)
        #expect(try browser.post("/sign-out").status == 303)
        try await checkNothingIsLeft(memory, needles)
        // The connection of the one who signed out is open all the while.
        #expect(try browser.get("/vault").location == "/sign-in")
    }

    @Test func `after a session has expired no key, passphrase or recovery code is left`() async throws {
        let portal = try ServedPortal(["--idle", "20"])
        defer { portal.stop() }
        let memory = ProcessMemory(process: portal.processID)
        guard memory.isReadable else { return print("skipped: the memory of another process cannot be read here") }
        let browser = SocketBrowser(portal)
        let needles = try await visit(browser, portal)
        try checkSearch(memory, needles, portal)
        #expect(try browser.get("/vault").status == 200, "it is open until its time is over")
        try await Task.sleep(for: .seconds(26))
        try await checkNothingIsLeft(memory, needles)
    }
}
