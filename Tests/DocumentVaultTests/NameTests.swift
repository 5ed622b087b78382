// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Names that an owner gives — docs/formats/vault-v1.md §4")
struct NameTests {
    private static let good = [
        "kho của Nguyễn Thị Thử", "👪 gia đình", "خزنة", "e\u{301}", String(repeating: "k", count: 255),
    ]
    private static let bad = ["kho\0", "\0", "a\nb", "a\u{7f}", "a\u{9b}31m", String(repeating: "k", count: 256)]

    private func refused(_ name: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("taken: \(name.debugDescription)")
        } catch {
            #expect((error as? VaultError)?.code == .invalidMetadata, "\(name.debugDescription): \(error)")
        }
    }

    @Test func `a vault's name has no control characters`() async throws {
        let code = RecoveryCode(random: SystemRandom())
        for name in Self.good {
            let store = InMemoryVaultStore()
            let made = try await Vault.create(name: name, in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
            #expect(try await Vault.open(made.id, in: store, unlocking: .recoveryCode(code)).name == name)
        }
        for name in Self.bad {
            await refused(name) {
                _ = try await Vault.create(
                    name: name, in: InMemoryVaultStore(), unlocking: [.recoveryCode(code)], at: Samples.time)
            }
        }
    }

    @Test func `neither has the label of a slot or writer, nor a ticket's dossier`() async throws {
        let scene = try await Scene()
        let vault = scene.vault
        func code() -> Unlocking { .recoveryCode(RecoveryCode(random: SystemRandom())) }
        for label in Self.bad {
            await refused(label) { _ = try await vault.addSlot(code(), label: label, at: Samples.time) }
            await refused(label) {
                _ = try await vault.enrol(
                    try DeviceKey(random: SystemRandom()).card, as: .device, label: label, at: Samples.time)
            }
            await refused(label) {
                try await vault.rotate(adding: [Vault.SlotSecret(code(), label: label)], at: Samples.time)
            }
            await refused(label) { _ = try await vault.issueTicket(for: label) }
        }
        #expect(await vault.slots().count == 1)
        for label in Self.good {
            _ = try await vault.addSlot(code(), label: label, at: Samples.time)
            _ = try await vault.issueTicket(for: label)
        }
        _ = try await vault.enrol(
            try DeviceKey(random: SystemRandom()).card, as: .device, label: "điện thoại", at: Samples.time)
        try await vault.rotate(adding: [Vault.SlotSecret(code(), label: "giấy")], at: Samples.time)
        #expect(try await scene.open().slots().count == Self.good.count + 3)
    }

    @Test func `no text of a document is more than one line where it is shown`() async throws {
        let scene = try await Scene()
        let vault = scene.vault
        let changes: [(inout DocumentMetadata, String) -> Void] = [
            { $0.type = $1 }, { $0.name = $1 }, { $0.mediaType = "a/\($1)" }, { $0.issuerCode = $1 },
            { $0.issuerName = $1 }, { $0.number = $1 }, { $0.dossier = $1 }, { $0.procedure = $1 },
            { $0.subjects = ["a", $1] }, { $0.additional["depositor"] = [$1] },
        ]
        let ticket = try await vault.issueTicket(for: "x")
        func deposit(_ metadata: DocumentMetadata, by depositor: String = "") async throws {
            _ = try await ticket.deposit(
                MemorySource([1]), sha256: Digest32(of: [1]), metadata: metadata, depositor: depositor,
                in: scene.store, at: Samples.time)
        }
        for bad in ["o\n0123  id  y", "\0", "a\r", "a\u{1b}[2K", "a\u{7f}", "a\u{9b}1m", "a\u{2028}b", "a\u{2029}b"] {
            for change in changes {
                var metadata = Samples.metadata()
                change(&metadata, bad)
                let wrong = metadata
                await refused(bad) { _ = try await Samples.store([1], as: wrong, in: vault) }
            }
            await refused(bad) { try await deposit(Samples.metadata(type: bad)) }
            await refused(bad) { try await deposit(Samples.metadata(), by: bad) }
        }
        #expect(try await vault.list().isEmpty)
        #expect(await scene.store.deposits(of: vault.id, limit: 9).isEmpty)

        let good = ["birth-certificate", "giấy khai sinh", "e\u{301}", "👪 1"]
        for text in good {
            for change in changes {
                var metadata = Samples.metadata()
                change(&metadata, text)
                _ = try await Samples.store([1], as: metadata, in: vault)
            }
        }
        try await deposit(Samples.metadata(type: "birth-certificate"), by: "UBND phường Thử Nghiệm")
        #expect(try await vault.absorbDeposits(at: Samples.time).documents.count == 1)
        #expect(try await scene.open().list().count == good.count * changes.count + 1)
    }

    @Test func `a version that a vault has already is read whatever its type is`() throws {
        let random = SystemRandom()
        let kept = try DocumentVersion(
            document: DocumentID(random: random), id: VersionID(random: random), content: ContentID(random: random),
            size: 1, commitment: Digest32(of: [2]), previous: nil, metadata: Samples.metadata(type: "o\nb"),
            provenance: .selfDeclared(Digest32(of: [1])), fields: [], storedAt: Samples.time, isNew: false)
        var outer = DERReader(DERWriter.bytes { kept.write(to: &$0) })
        var reader = try outer.next().reader(.sequence)
        let read = try DocumentVersion(&reader, storedAt: Samples.time, object: "version")
        #expect(read.metadata == kept.metadata && read.metadata.type == "o\nb")
    }

    /// The years 1 to 9999 (format §4), in seconds since 1970.
    @Test(arguments: [-62_135_596_800, 253_402_300_799] as [Int64])
    func `a time that no reader takes is refused before anything is made with it`(edge: Int64) async throws {
        let scene = try await Scene()
        let vault = scene.vault
        let (good, bad) = (Instant(seconds: edge), Instant(seconds: edge > 0 ? edge + 1 : edge - 1))
        await refused("store") {
            _ = try await vault.store(
                DocumentUpload(selfDeclared: MemorySource([1]), metadata: Samples.metadata()), at: bad)
        }
        await refused("ticket") { _ = try await vault.issueTicket(for: "x", until: bad) }
        await refused("enrol") {
            _ = try await vault.enrol(
                try DeviceKey(random: SystemRandom()).card, as: .device, until: bad, at: Samples.time)
        }
        let ticket = try await vault.issueTicket(for: "x")
        func deposit(at time: Instant) async throws {
            _ = try await ticket.deposit(
                MemorySource([1]), sha256: Digest32(of: [1]), metadata: Samples.metadata(), depositor: "",
                in: scene.store, at: time)
        }
        await refused("deposit") { try await deposit(at: bad) }
        try await deposit(at: good)
        #expect(try await vault.absorbDeposits(at: good).documents.count == 1)
        let stored = try await vault.store(
            DocumentUpload(selfDeclared: MemorySource([1]), metadata: Samples.metadata()), at: good)
        #expect(try await scene.open().document(stored.document).current.storedAt == good)
        let until = try await vault.issueTicket(for: "x", until: good)
        #expect(try DepositTicket(text: until.description).until == good)
        #expect(try await scene.open().verify().isComplete)
    }
}
