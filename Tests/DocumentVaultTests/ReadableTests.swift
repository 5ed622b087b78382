// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

/// A correction whose content or key is not there must not take the version before it along.
@Suite("Documents whose newest version cannot be read")
struct ReadableTests {
    private let scene: Scene
    private let document: DocumentID
    private let versions: [DocumentVersion]

    /// Three versions of one document, and another document.
    init() async throws {
        scene = try await Scene()
        var last: DocumentReference?
        for number in 1...3 as ClosedRange<UInt8> {
            last = try await Samples.store(
                [UInt8](repeating: number, count: 3000), as: Samples.metadata(name: "giấy \(number).bin"),
                correcting: last, in: scene.vault)
        }
        _ = try await Samples.store([UInt8](repeating: 9, count: 3000), in: scene.vault)
        document = try #require(last).document
        versions = try await scene.vault.document(document).versions
    }

    private func damage(_ damaged: [DocumentVersion], keys: Bool) async throws {
        try await scene.store.tamper(with: scene.vault.id) { objects in
            for version in damaged {
                if keys { objects.keyRecords[version.id] = nil } else { objects.contents[version.content] = nil }
            }
        }
    }

    private func exported() async throws -> (bytes: [UInt8], damaged: [DamagedOriginal]) {
        let sink = Mutex<[UInt8]>([])
        let damaged = try await scene.open().exportOriginals(
            to: { piece in sink.withLock { $0 += piece } }, at: Samples.time, skippingDamaged: true)
        return (sink.withLock { $0 }, damaged)
    }

    private func holds(_ bytes: [UInt8], _ number: UInt8) -> Bool {
        bytes.firstRange(of: [UInt8](repeating: number, count: 3000)) != nil
    }

    @Test func `the newest version that is whole is what is read and exported, and nothing is said`() async throws {
        let found = try await scene.open().newestReadable(document)
        #expect(found.content.version == versions[2] && found.fault == nil)
        let (bytes, damaged) = try await exported()
        #expect(damaged.isEmpty && holds(bytes, 3) && !holds(bytes, 2) && holds(bytes, 9))
        #expect(bytes.firstRange(of: Array("\"damaged\"".utf8)) == nil)
        #expect(bytes.firstRange(of: Array("\"version\" : 3".utf8)) != nil)
    }

    @Test(arguments: [1, 2], [false, true])
    func `an older version that is whole is given and exported in the place of newer ones, which is said`(
        count: Int, keys: Bool
    ) async throws {
        try await damage(Array(versions.suffix(count)), keys: keys)
        let vault = try await scene.open()
        let expected = versions[2 - count]
        let found = try await vault.newestReadable(document)
        #expect(found.content.version == expected && found.fault == VaultError(.damaged, ""))
        #expect(try await found.content.bytes() == [UInt8](repeating: UInt8(3 - count), count: 3000))
        // Nobody gets it without having asked for it.
        await #expect(throws: VaultError(.damaged, "")) { _ = try await vault.read(document).bytes() }
        await #expect(throws: VaultError(.damaged, "")) {
            try await vault.exportOriginals(to: { _ in }, at: Samples.time)
        }
        let (bytes, damaged) = try await exported()
        #expect(damaged.map(\.document) == [document] && damaged.map(\.instead) == [expected.id])
        #expect(holds(bytes, UInt8(3 - count)) && holds(bytes, 9) && !holds(bytes, 3))
        #expect(bytes.firstRange(of: Array("\"hasOlderVersion\" : true".utf8)) != nil)
        #expect(bytes.firstRange(of: Array("\"version\" : \(3 - count)".utf8)) != nil)
        #expect(bytes.firstRange(of: Array("documents/0001-giấy \(3 - count).bin".utf8)) != nil)
    }

    @Test func `where no version can be read the document is left out, and reading says why`() async throws {
        try await damage(versions, keys: false)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.open().newestReadable(document) }
        let (bytes, damaged) = try await exported()
        #expect(damaged.map(\.document) == [document] && damaged.map(\.instead) == [nil])
        #expect(holds(bytes, 9) && !holds(bytes, 1))
        #expect(bytes.firstRange(of: Array("\"hasOlderVersion\" : false".utf8)) != nil)
    }

    @Test func `an erased document is not found`() async throws {
        let vault = try await scene.open()
        _ = try await vault.erase(document, reason: "", at: Samples.time)
        await #expect(throws: VaultError(.notFound, "")) { _ = try await vault.newestReadable(document) }
    }

    @Test func `who stored each version is told, and the owner's is read after a device corrected it`() async throws {
        let key = try DeviceKey(random: SystemRandom())
        let writer = try await scene.vault.enrol(key.card, as: .device, at: Samples.time).writer
        let newest = DocumentReference(vault: scene.vault.id, document: document, version: versions[2].id)
        _ = try await Samples.store([7], correcting: newest, in: scene.open(.device(key)))
        let vault = try await scene.open()
        let history = try await vault.history(of: document)
        #expect(history.map(\.writer) == [.owner, .owner, .owner, writer])
        #expect(history.prefix(3).map(\.version) == versions)
        #expect(history.map(\.entry) == history.map(\.entry).sorted())
        #expect(try await vault.read(document).bytes() == [7])
        #expect(
            try await vault.read(document, version: versions[2].id).bytes() == [UInt8](repeating: 3, count: 3000))
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await vault.read(document, version: VersionID(random: SystemRandom()))
        }
    }
}
