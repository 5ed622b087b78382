// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Vault — docs/formats/vault-v1.md")
struct VaultTests {
    static func newVault(in store: any VaultStore, _ secrets: [Unlocking] = [.passphrase("mật khẩu")]) async throws
        -> Vault
    {
        try await Vault.create(name: "kho thử nghiệm", in: store, unlocking: secrets, at: Samples.time)
    }

    @Test(arguments: [0, 1, 1023, 1024, 16_383, 16_384, 16_385, 1 << 20, 20 << 20], [65_536, 0])
    func `a document of any size comes back, inside the append or beside it`(size: Int, inline: Int) async throws {
        let store = InMemoryVaultStore(inlineContentLimit: inline)
        let vault = try await Self.newVault(in: store)
        let bytes = Samples.bytes(size)
        let reference = try await Samples.store(bytes, in: vault)
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"), anchor: vault.anchor)
        #expect(opened.freshness == .anchored)
        let record = try await opened.document(reference.document)
        #expect(record.current.size == Int64(size))
        #expect(record.current.metadata == Samples.metadata())
        #expect(record.current.provenance.assurance == .selfDeclared)
        let content = try await opened.read(reference.document)
        #expect(try await content.bytes() == bytes)
        for range in [0..<min(1, size), size / 2..<size, max(0, size - 20_000)..<max(0, size - 3)] {
            #expect(
                try await content.bytes(in: Int64(range.lowerBound)..<Int64(range.upperBound)) == Array(bytes[range]))
        }
        await #expect(throws: ByteSourceError.self) { try await content.bytes(in: 0..<Int64(size + 1)) }
        let report = try await opened.verify(anchor: vault.anchor)
        #expect(report.isComplete && report.documents == 1 && report.intactVersions == 1)
    }

    @Test func `the right passphrase opens in any normalisation, a wrong one is refused`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Self.newVault(in: store, [.passphrase("m\u{1ead}t kh\u{1ea9}u")])
        // The same letters with combining marks, as another input method types them.
        _ = try await Vault.open(vault.id, in: store, unlocking: .passphrase("ma\u{323}\u{302}t kha\u{302}\u{309}u"))
        for wrong in ["mat khau", "", "Mật khẩu", "mật khẩu "] {
            await #expect(throws: VaultError(.wrongSecret, "")) {
                _ = try await Vault.open(vault.id, in: store, unlocking: .passphrase(wrong))
            }
        }
    }

    @Test func `a recovery code opens as typed carelessly, and a mistyped one is called so`() async throws {
        let store = InMemoryVaultStore()
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Self.newVault(in: store, [.passphrase("a"), .recoveryCode(code)])
        let text = try code.text()
        #expect(text.count == 56 + 13 && !"\(code)".contains(text.prefix(4)))
        let careless = text.lowercased().replacing("-", with: " ").replacing("0", with: "o").replacing("1", with: "l")
        _ = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(RecoveryCode(careless)))
        let other = RecoveryCode(random: SystemRandom())
        await #expect(throws: VaultError(.wrongSecret, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(other))
        }
        var mistyped = Array(text)
        mistyped[7] = mistyped[7] == "7" ? "8" : "7"
        for wrong in [String(mistyped), String(text.dropLast()), text + "0", "", "U" + text.dropFirst()] {
            #expect(throws: VaultError(.mistypedCode, "")) { try RecoveryCode(wrong) }
        }
    }

    @Test func `the owner can seal a later epoch for every slot without its secret`() async throws {
        let store = InMemoryVaultStore()
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Self.newVault(in: store, [.passphrase("a"), .recoveryCode(code)])
        let slots = await store.slots(of: vault.id)
        let (owner, random) = (try #require(await vault.owner), SystemRandom())
        let next = EpochSecret(number: 2, octets: random.secret(32))
        let secrets: [Int64: Unlocking] = [1: .passphrase("a"), 2: .recoveryCode(code)]
        for entry in await vault.state.core.epoch.slots {
            let slot = try #require(try slots.map { try Slot(parsing: $0) }.first { $0.id == entry.id })
            let renewed = try NewSlot(
                renewing: slot, announced: entry, vault: vault.id, secret: next, owner: owner, random: random)
            let secret = try #require(secrets[slot.kind])
            let opened = try #require(try renewed.slot.open(with: secret, ownerKey: owner.key.verificationKey))
            #expect(opened.secret.octets.isEqual(to: next.octets) && opened.owner != nil)
            // Whoever has all of the owner's secrets, and not the passphrase or code, does not open it.
            #expect(entry.ownerCopy == nil)
            for key in [
                SharedSecret(owner.secret.copy()), SharedSecret(owner.key.seed.copy()),
                SharedSecret(next.octets.copy()),
            ] {
                let opener = SlotOpener.key(key)
                #expect(try renewed.slot.open(with: opener, ownerKey: owner.key.verificationKey) == nil)
            }
        }
    }

    @Test func `a provenance that speaks of other bytes is refused and leaves nothing`() async throws {
        let store = InMemoryVaultStore(inlineContentLimit: 0)
        let vault = try await Self.newVault(in: store)
        let other = Provenance.selfDeclared(try Digest32(of: [9]))
        await #expect(throws: VaultError(.provenanceMismatch, "")) {
            try await vault.store(
                MemorySource(Samples.bytes(5000)), metadata: Samples.metadata(), provenance: other, at: Samples.time)
        }
        #expect(try await vault.list().isEmpty)
        #expect(await store.vaults[vault.id]?.contents.isEmpty == true)
    }

    @Test func `all of the description, provenance and fields comes back`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Self.newVault(in: store)
        let bytes = Samples.bytes(100)
        var metadata = DocumentMetadata(
            type: "birth-certificate", name: "Giấy khai sinh.pdf", mediaType: "application/pdf")
        metadata.issuerCode = "H29.1.2"
        metadata.issuerName = "UBND phường Thử Nghiệm"
        metadata.number = "01/2026"
        metadata.issuedOn = CalendarDate("2026-01-02")
        metadata.validFrom = CalendarDate("2026-01-02")
        metadata.validUntil = CalendarDate("2026-12-31")
        metadata.confidence = .bornElectronic
        metadata.dossier = "H29.1.2-261121-0001"
        metadata.procedure = "1.001193"
        metadata.subjects = ["a", "b"]
        metadata.isSensitive = true
        metadata.retention = .years(70)
        metadata.additional = ["x-later": ["1", "2"]]
        let provenance = Provenance.signatureVerified(
            try Digest32(of: bytes), source: .agencyResult,
            by: .init(
                report: try Digest32(of: [1]), policy: "vietnam-2026 2026-11-01", verifiedAt: Samples.time,
                signer: "UBND phường Thử Nghiệm", signedAt: Instant("2026-01-02T03:04:05Z")))
        let fields = [DocumentField(name: "hoTen", value: "Nguyễn Văn Thử", origin: .issuer, location: "page 1")]
        let reference = try await vault.store(
            MemorySource(bytes), metadata: metadata, provenance: provenance, fields: fields, at: Samples.time)
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"))
        #expect(opened.freshness == .unanchored)
        let record = try await opened.document(reference.document)
        #expect(record.current.metadata == metadata)
        #expect(record.current.provenance == provenance)
        #expect(record.current.fields == fields)
        #expect(record.current.storedAt == Samples.time)
        #expect(record.status(on: CalendarDate(dayNumber: 0)) == .active)
        #expect(CalendarDate("2027-01-01").map { record.status(on: $0) } == .expired)
    }

    @Test func `a period of retention is permanent or whole years, and anything else is refused`() async throws {
        for text in ["permanent", "P1Y", "P70Y", "P999Y"] { #expect(RetentionPeriod(text)?.description == text) }
        for text in ["", "P", "Y", "PY", "P0Y", "P01Y", "P1000Y", "P-1Y", "P1M", "p1y", "forever", "P１Y"] {
            #expect(RetentionPeriod(text) == nil, "\(text)")
        }
        let vault = try await Self.newVault(in: InMemoryVaultStore())
        var metadata = Samples.metadata()
        metadata.retention = .years(0)
        await #expect(throws: VaultError(.invalidMetadata, "")) {
            _ = try await Samples.store([1], as: metadata, in: vault)
        }
    }

    @Test(arguments: ["", "a/b", "..", "a\u{0}b", "a\nb", String(repeating: "ă", count: 128)])
    func `a name that could leave its folder or hide is refused`(name: String) async throws {
        let vault = try await Self.newVault(in: InMemoryVaultStore())
        await #expect(throws: VaultError(.invalidMetadata, "")) {
            _ = try await Samples.store([1], as: Samples.metadata(name: name), in: vault)
        }
        _ = try await Samples.store([1], as: Samples.metadata(name: "a b.pdf"), in: vault)
    }

    @Test func `a correction is a new version; a stale one is a conflict`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Self.newVault(in: store)
        let first = try await Samples.store([1], in: vault)
        let second = try await Samples.store([2], correcting: first, in: vault)
        #expect(second.document == first.document && second.version != first.version)
        await #expect(throws: VaultError(.conflict, "")) {
            _ = try await Samples.store([3], correcting: first, in: vault)
        }
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"))
        #expect(try await opened.document(first.document).versions.map(\.id) == [first.version, second.version])
        #expect(try await opened.read(first.document).bytes() == [2])
        #expect(try await opened.read(first.document, version: first.version).bytes() == [1])
        #expect(try await opened.verify().intactVersions == 2)
    }

    @Test func `superseding, revoking and withdrawing show in the status`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Self.newVault(in: store)
        let old = try await Samples.store([1], in: vault)
        var metadata = Samples.metadata()
        metadata.supersedes = [old.document]
        let new = try await Samples.store([2], as: metadata, in: vault)
        #expect(try await vault.document(old.document).status == .superseded)
        #expect(try await vault.document(old.document).supersededBy == [new.document])
        try await vault.declare(.revoked, of: new.document, reason: "cấp sai", at: Samples.time)
        #expect(try await vault.document(new.document).status == .revoked)
        #expect(try await vault.document(old.document).status == .active)
        let opened = try await Vault.open(vault.id, in: store, unlocking: .passphrase("mật khẩu"))
        #expect(try await opened.list() == vault.list())
    }

    @Test func `two devices appending at once both succeed and see each other's documents`() async throws {
        let store = InMemoryVaultStore()
        let one = try await Self.newVault(in: store)
        let two = try await Vault.open(one.id, in: store, unlocking: .passphrase("mật khẩu"))
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask { _ = try await Samples.store([UInt8(number)], in: number % 2 == 0 ? one : two) }
            }
            try await group.waitForAll()
        }
        try await one.refresh()
        try await two.refresh()
        #expect(try await one.list().count == 20)
        #expect(await one.anchor == two.anchor)
        #expect(try await one.verify(anchor: two.anchor).isComplete)
    }

    @Test func `an operation sent again is done once, by the same device and by another`() async throws {
        let store = InMemoryVaultStore(inlineContentLimit: 0)
        let one = try await Self.newVault(in: store)
        let two = try await Vault.open(one.id, in: store, unlocking: .passphrase("mật khẩu"))
        let operation = OperationID(random: SystemRandom())
        let reference = try await Samples.store([1, 2], operation: operation, in: one)
        #expect(try await Samples.store([1, 2], operation: operation, in: one) == reference)
        #expect(try await Samples.store([1, 2], operation: operation, in: two) == reference)
        #expect(try await two.list().count == 1)
        #expect(await store.vaults[one.id]?.contents.count == 1)
        await #expect(throws: VaultError(.conflict, "")) {
            _ = try await Samples.store([3], operation: operation, in: two)
        }
    }

    @Test func `an unknown vault, document and version are not found`() async throws {
        let store = InMemoryVaultStore()
        let vault = try await Self.newVault(in: store)
        let reference = try await Samples.store([1], in: vault)
        let other = try #require(VaultID(octets: [UInt8](repeating: 1, count: 32)))
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await Vault.open(other, in: store, unlocking: .passphrase("mật khẩu"))
        }
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await vault.read(DocumentID(random: SystemRandom()))
        }
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await vault.read(reference.document, version: VersionID(random: SystemRandom()))
        }
    }

    @Test(arguments: [
        (0, 1024), (1, 1024), (1024, 1024), (1025, 1088), (1500, 1536), (10_000, 10_240), (1_000_000, 1_015_808),
        (20 << 20, 20 << 20), (Int64.max, Int64.max),
    ])
    func `sizes are padded by Padmé, at least 1 KiB`(size: Int64, padded: Int64) {
        // Values from the definition in format §4, computed by testvectors/reader.py.
        #expect(Padding.paddedSize(of: size, least: 1024) == padded)
    }

    @Test func `every message exists in both languages`() {
        for code in VaultError.Code.allCases {
            #expect(!code.phrase.vi.isEmpty && !code.phrase.en.isEmpty && code.phrase.vi != code.phrase.en)
        }
    }
}
