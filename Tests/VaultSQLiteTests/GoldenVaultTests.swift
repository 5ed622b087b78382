// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultSQLite
import VaultTesting

@Suite("Golden vaults and the independent reader — docs/formats/vault-v1.md")
struct GoldenVaultTests {
    struct Listing: Decodable {
        struct Document: Decodable {
            let id: String
            let version: String
            let versions: Int
            let size: Int64
            let sha256: String
            let metadata: [String: [String]]
            let provenance: [String: [String]]
            let fields: [[String]]
            let stored: Int64
            let status: String
        }
        struct Head: Decodable {
            let sequence: Int64
            let hash: String
        }
        let vault: String
        let name: String
        let head: Head
        let documents: [Document]
    }

    /// Vaults in `testvectors/vaults` with the secrets that their README names.
    static let golden = Corpora.packageRoot.appending(path: "testvectors/vaults")
    static let passphrase = "kho mẫu phiên bản một"

    /// Fills a vault with what the golden one holds; kept, so that a later version can make its own.
    static func fill(_ vault: Vault) async throws {
        let first = try await Samples.store(Samples.bytes(10), as: Samples.metadata(name: "ảnh cũ.png"), in: vault)
        var replacing = Samples.metadata(name: "ảnh mới.png")
        replacing.supersedes = [first.document]
        replacing.issuedOn = CalendarDate("2026-11-21")
        _ = try await Samples.store(Samples.bytes(16_384), as: replacing, in: vault)
        let bytes = Samples.bytes(100_000)
        var metadata = DocumentMetadata(
            type: "birth-certificate", name: "Giấy khai sinh.pdf", mediaType: "application/pdf")
        metadata.issuerName = "UBND phường Thử Nghiệm"
        metadata.confidence = .bornElectronic
        let signed = try await vault.store(
            MemorySource(bytes), metadata: metadata,
            provenance: .signatureVerified(
                Digest32(of: bytes), source: .agencyResult,
                by: .init(
                    report: Digest32(of: [1]), policy: "vietnam-2026 2026-11-01", verifiedAt: Samples.time,
                    signer: "UBND phường Thử Nghiệm", signedAt: Samples.time)),
            fields: [DocumentField(name: "hoTen", value: "Nguyễn Văn Thử", origin: .issuer, location: "page 1")],
            at: Samples.time)
        _ = try await Samples.store([], as: Samples.metadata(name: "trống"), correcting: signed, in: vault)
        let withdrawn = try await Samples.store(Samples.bytes(1025), in: vault)
        try await vault.declare(.withdrawn, of: withdrawn.document, reason: "thử nghiệm", at: Samples.time)
    }

    private func expectSame(_ listing: Listing, _ vault: Vault, exported: URL) async throws {
        #expect(listing.vault == vault.id.description)
        #expect(await listing.name == vault.name)
        #expect(await listing.head.hash == vault.anchor?.head.hash.description)
        let records = try await vault.list()
        #expect(listing.documents.map(\.id) == records.map(\.id.description))
        for (document, record) in zip(listing.documents, records) {
            #expect(document.version == record.current.id.description)
            #expect(document.versions == record.versions.count)
            #expect(document.size == record.current.size)
            #expect(document.sha256 == record.current.sha256.description)
            #expect(document.status == record.status.rawValue)
            #expect(document.stored == record.current.storedAt.seconds)
            #expect(document.metadata["name"] == [record.current.metadata.name])
            #expect(document.metadata["type"] == [record.current.metadata.type])
            #expect(document.provenance["assurance"] == [record.current.provenance.assurance.rawValue])
            #expect(document.fields.map { $0[1] } == record.current.fields.map(\.value))
            let octets = try Data(contentsOf: exported.appending(path: document.id))
            #expect(try await vault.read(record.id).bytes() == [UInt8](octets))
        }
    }

    private func read(_ store: String, _ folder: TemporaryFolder, _ secret: [String]) throws -> PythonPeer.Outcome? {
        try PythonPeer.run(
            "testvectors/reader.py", [store, "--export", folder.path + "/exported"] + secret,
            cases: "a vault for the Python reader")
    }

    @Test func `the reader has at most 300 lines`() throws {
        let text = try String(contentsOf: Corpora.packageRoot.appending(path: "testvectors/reader.py"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 301)
    }

    @Test func `the reader opens what we write, by passphrase and by recovery code, and nothing with others`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(
            name: "kho đọc thử", in: try SQLiteVaultStore(path: path, creating: true),
            unlocking: [.passphrase("mật khẩu"), .recoveryCode(code)], at: Samples.time)
        try await Self.fill(vault)
        let secrets = [
            ("--passphrase-file", "ma\u{323}\u{302}t kha\u{302}\u{309}u\n"),
            ("--recovery-file", try code.text().lowercased()),
        ]
        for (option, secret) in secrets {
            let file = folder.path + "/secret"
            try Data(secret.utf8).write(to: URL(filePath: file))
            guard let outcome = try read(path, folder, [option, file]) else { return }
            #expect(outcome.status == 0, "\(outcome.errors)")
            let listing = try JSONDecoder().decode(Listing.self, from: outcome.output)
            try await expectSame(listing, vault, exported: URL(filePath: folder.path + "/exported"))
        }
        let file = folder.path + "/secret"
        try Data("wrong".utf8).write(to: URL(filePath: file))
        let refused = try #require(try read(path, folder, ["--passphrase-file", file]))
        #expect(refused.status == 1 && refused.errors.contains("wrong passphrase"))

        // One octet of the large content: the reader refuses it too, and names it.
        let contents = "\(path)/contents/\(vault.id)"
        let name = try FileManager.default.contentsOfDirectory(atPath: contents)[0]
        var bytes = try Data(contentsOf: URL(filePath: contents + "/" + name))
        bytes[50_000] ^= 1
        try bytes.write(to: URL(filePath: contents + "/" + name))
        try Data("mật khẩu".utf8).write(to: URL(filePath: file))
        let damaged = try #require(try read(path, folder, ["--passphrase-file", file]))
        #expect(damaged.status == 1 && damaged.errors.contains("content \(name)"))
        print("peer: a vault read by testvectors/reader.py with passphrase and recovery code")
    }

    @Test func `the reader follows rotations, devices, erasures, holds, snapshots and deposits, and reads an export`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let code = RecoveryCode(random: SystemRandom())
        let store = try SQLiteVaultStore(path: path, creating: true)
        let vault = try await Vault.create(
            name: "kho đọc thử", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        try await Self.fill(vault)
        let key = try DeviceKey(random: SystemRandom())
        let (_, slot) = try await vault.enrol(
            key.card, as: .device, label: "điện thoại", until: Samples.time.adding(seconds: 60), at: Samples.time)
        let device = try await Vault.open(vault.id, in: store, unlocking: .device(key))
        for size in 0..<40 { _ = try await Samples.store(Samples.bytes(size), in: device) }
        try await vault.refresh()
        try await vault.rotate(removing: [slot], at: Samples.time)
        _ = try await vault.addSlot(
            .recoveryCode(RecoveryCode(random: SystemRandom())), label: "két sắt", at: Samples.time)
        let records = try await vault.list()
        try await vault.hold(records[5].id, ground: "QĐ 1", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        try await vault.liftHold(on: records[5].id, at: Samples.time)
        try await vault.declare(.revoked, of: records[6].id, reason: "", at: Samples.time)
        for number in [5, 6, 7] { _ = try await vault.erase(records[number].id, reason: "yêu cầu", at: Samples.time) }
        let ticket = try await vault.issueTicket(for: "H29.1-0001")
        _ = try await ticket.deposit(
            MemorySource(Samples.bytes(70_000)), sha256: Digest32(of: Samples.bytes(70_000)),
            metadata: Samples.metadata(),
            depositor: "UBND phường Thử Nghiệm", in: store, at: Samples.time)
        _ = try await vault.absorbDeposits(at: Samples.time)
        try await store.putContent(
            ContentID(random: SystemRandom()), of: vault.id, size: 70_000, from: ZeroStream(70_000))
        #expect(try await vault.sweep(at: Samples.time).count == 1)
        try await vault.rotate(at: Samples.time)
        #expect(try await vault.verify().isComplete)

        let exported = folder.path + "/backup"
        let exportCode = RecoveryCode(random: SystemRandom())
        _ = FileManager.default.createFile(atPath: exported, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(filePath: exported))
        _ = try await vault.export(under: exportCode, to: { try handle.write(contentsOf: Data($0)) })
        try handle.close()
        let file = folder.path + "/secret"
        for (place, secret) in [(path, code), (exported, exportCode), (exported, code)] {
            try Data(try secret.text().utf8).write(to: URL(filePath: file))
            guard let outcome = try read(place, folder, ["--recovery-file", file]) else { return }
            #expect(outcome.status == 0, "\(outcome.errors)")
            let listing = try JSONDecoder().decode(Listing.self, from: outcome.output)
            try await expectSame(listing, vault, exported: URL(filePath: folder.path + "/exported"))
        }
        var bytes = try Data(contentsOf: URL(filePath: exported))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: exported))
        #expect(try read(exported, folder, ["--recovery-file", file])?.status == 1)

        // Put back in another store, it reads there too, with the owner's entry.
        bytes[bytes.count / 2] ^= 1
        let second = folder.path + "/second"
        let restored = try await Vault.restore(
            ExportedVault(reading: MemorySource([UInt8](bytes))), code: exportCode,
            in: try SQLiteVaultStore(path: second, creating: true), reason: "thử", at: Samples.time)
        try Data(try code.text().utf8).write(to: URL(filePath: file))
        let again = try #require(try read(second, folder, ["--recovery-file", file]))
        #expect(again.status == 0, "\(again.errors)")
        let listing = try JSONDecoder().decode(Listing.self, from: again.output)
        try await expectSame(listing, restored, exported: URL(filePath: folder.path + "/exported"))
        print("peer: a vault with every kind of entry, and its export, read by testvectors/reader.py")
    }

    /// What a golden vault holds, as `expected.json` beside it says; written when it is made.
    private struct Expected: Codable, Equatable {
        struct Document: Codable, Equatable {
            let sizes: [Int64]
            let sha256: [String]
            let status: String
            let isHeld: Bool
            let source: String
            let retention: String?
        }
        var documents: [Document]
        var slots: [String]
        var writers: [String]
        var waiting: Int
        var quarantined: Int

        init(_ vault: Vault, _ store: any VaultStore) async throws {
            documents = try await vault.list().map { record in
                Document(
                    sizes: record.versions.map(\.size), sha256: record.versions.map(\.sha256.description),
                    status: record.status.rawValue, isHeld: record.hold != nil,
                    source: record.current.provenance.source.rawValue,
                    retention: record.current.metadata.retention?.description)
            }
            slots = await vault.slots().map { "\($0.kind) \($0.label)" }.sorted()
            writers = await vault.writers().map { "\($0.role) \($0.label)" }.sorted()
            let deposits = try await store.deposits(of: vault.id, limit: 99)
            waiting = deposits.count
            quarantined = 0
            for deposit in deposits {
                if case .quarantined = try await vault.status(of: deposit.id) { quarantined += 1 }
            }
        }
    }

    @Test func `golden vaults with every kind stay readable, by us and by the reader`() async throws {
        let vaults = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path()).filter {
            FileManager.default.fileExists(atPath: Self.golden.appending(path: "\($0)/expected.json").path())
        }
        #expect(!vaults.isEmpty)
        for name in vaults {
            let folder = try TemporaryFolder()
            let path = folder.path + "/store"
            try FileManager.default.copyItem(atPath: Self.golden.appending(path: name).path(), toPath: path)
            let anchor = try #require(Anchor(try String(contentsOfFile: path + "/anchor.txt", encoding: .utf8)))
            let store = try SQLiteVaultStore(path: path)
            let vault = try await Vault.open(
                anchor.vault, in: store, unlocking: .passphrase(Self.passphrase), anchor: anchor)
            let report = try await vault.verify(anchor: anchor)
            #expect(report.isComplete && report.freshness == .anchored, "\(report.problems)")
            let expected = try JSONDecoder().decode(
                Expected.self, from: Data(contentsOf: URL(filePath: path + "/expected.json")))
            #expect(try await Expected(vault, store) == expected)

            let file = folder.path + "/secret"
            try Data(Self.passphrase.utf8).write(to: URL(filePath: file))
            guard let outcome = try read(path, folder, ["--passphrase-file", file]) else { continue }
            #expect(outcome.status == 0, "\(outcome.errors)")
            let listing = try JSONDecoder().decode(Listing.self, from: outcome.output)
            try await expectSame(listing, vault, exported: URL(filePath: folder.path + "/exported"))
            // What waits in it is taken in as on the day it was left.
            let absorbed = try await vault.absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.count == expected.waiting - expected.quarantined)
            #expect(try await vault.verify(anchor: anchor).isComplete)
        }
    }

    @Test func `golden vaults of every version stay readable, by us and by the reader`() async throws {
        let vaults = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path()).filter {
            $0.hasPrefix("v")
                && !FileManager.default.fileExists(atPath: Self.golden.appending(path: "\($0)/expected.json").path())
        }
        #expect(!vaults.isEmpty)
        for name in vaults {
            // SQLite writes beside a database even to read it: a copy is opened, the vector stays as it is.
            let folder = try TemporaryFolder()
            let path = folder.path + "/store"
            try FileManager.default.copyItem(atPath: Self.golden.appending(path: name).path(), toPath: path)
            let text = try String(contentsOfFile: path + "/anchor.txt", encoding: .utf8)
            let anchor = try #require(Anchor(text))
            let vault = try await Vault.open(
                anchor.vault, in: try SQLiteVaultStore(path: path), unlocking: .passphrase(Self.passphrase),
                anchor: anchor)
            #expect(vault.freshness == .anchored)
            let report = try await vault.verify(anchor: anchor)
            #expect(report.isComplete && report.documents == 4 && report.intactVersions == 5)
            #expect(try await vault.list().map(\.status) == [.superseded, .active, .active, .withdrawn])
            let sizes = try await vault.list().map { $0.versions.map(\.size) }
            #expect(sizes == [[10], [16_384], [100_000, 0], [1025]])
            let code = try String(contentsOfFile: path + "/recovery-code.txt", encoding: .utf8)
            _ = try await Vault.open(
                anchor.vault, in: try SQLiteVaultStore(path: path), unlocking: .recoveryCode(RecoveryCode(code)))

            let file = folder.path + "/secret"
            try Data(Self.passphrase.utf8).write(to: URL(filePath: file))
            guard let outcome = try read(path, folder, ["--passphrase-file", file]) else { continue }
            #expect(outcome.status == 0, "\(outcome.errors)")
            let listing = try JSONDecoder().decode(Listing.self, from: outcome.output)
            try await expectSame(listing, vault, exported: URL(filePath: folder.path + "/exported"))
        }
    }

    /// Writes a new golden vault into the folder that `DOSSIER_MAKE_GOLDEN_VAULT` names; does nothing otherwise.
    @Test func `a golden vault is made on demand`() async throws {
        guard let path = ProcessInfo.processInfo.environment["DOSSIER_MAKE_GOLDEN_VAULT"] else { return }
        let code = RecoveryCode(random: SystemRandom())
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(
            name: "kho mẫu", in: PackingStore(inner: store),
            unlocking: [.passphrase(Self.passphrase), .recoveryCode(code)], at: Samples.time)
        try await Self.fillEveryKind(vault, store)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(try await Expected(vault, store)).write(to: URL(filePath: path + "/expected.json"))
        let anchor = try #require(await vault.anchor)
        try Data("\(anchor)\n".utf8).write(to: URL(filePath: path + "/anchor.txt"))
        try Data((try code.text() + "\n").utf8).write(to: URL(filePath: path + "/recovery-code.txt"))
    }
}
