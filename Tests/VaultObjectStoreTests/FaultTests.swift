// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Testing
import VaultObjectStore
import VaultTesting

@Suite("Gateways that fail — docs/object-store.md") struct FaultTests {
    /// Faults after which a call is repeated.
    static let faults = [
        "500", "503", "500-after", "reset", "reset-after", "cut", "redirect", "html", "empty", "garbage", "huge-error",
        "endless", "endless-length", "changed-upload", "no-length", "whole", "other-range", "delay", "silent",
    ]

    private static let impatient = StoreUnderTest.settings(rounds: 2, stall: 1)
    private static let vault = VaultID(octets: [UInt8](repeating: 9, count: 32))

    /// All of them with `DOSSIER_THOROUGH=1`, else one of each kind.
    static let passing: [String] = {
        guard ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == nil else { return faults }
        let short = [
            "500-after", "reset-after", "cut", "redirect", "html", "endless-length", "changed-upload", "silent",
        ]
        print("faults: \(short.count) of \(faults.count) that pass are tried; all with DOSSIER_THOROUGH=1")
        return short
    }()

    @Test(arguments: passing)
    func `a fault that passes is survived by every call`(fault: String) async throws {
        let gateway = try FaultyGateway(before: ObjectStores.inMemory.get().endpoint)
        let test = try StoreUnderTest([gateway.endpoint], settings: StoreUnderTest.settings(rounds: 4, stall: 1))
        defer { withExtendedLifetime(test) {} }
        let (vault, code) = try await test.vault()
        try gateway.fail(fault, "PUT", 1)
        let one = try await Samples.store(Samples.bytes(100_000), in: vault)
        // The first question is whether there is such an object; then the upload begins, and its parts follow.
        let whole = SystemRandom().bytes(5_300_000)
        let parted = ContentID(random: SystemRandom())
        for (method, passing) in [("POST", 0), ("POST", 1), ("PUT", 1), ("GET", 0)] {
            try gateway.fail(fault, method, 1, after: passing)
            let id = method == "GET" ? parted : ContentID(random: SystemRandom())
            try await test.store.putContent(id, of: vault.id, size: Int64(whole.count), from: .pieces(whole))
            try gateway.fail(fault, "GET", 1)
            #expect(try await test.store.contents([id], of: vault.id, limit: 1 << 24) == [id: whole])
        }
        try gateway.fail(fault, "GET", 1)
        #expect(try await test.store.contentSize(parted, of: vault.id) == 5_300_000)
        try gateway.fail(fault, "GET", 1)
        #expect(
            try await test.store.content(parted, of: vault.id, in: 5_000_000..<5_300_000)
                == Array(whole[5_000_000..<5_300_000]))
        try gateway.fail(fault, "GET", 1)
        #expect(try await test.store.contents(of: vault.id, after: nil, limit: 100).count == 5)
        try gateway.fail(fault, "DELETE", 1)
        try await test.store.deleteContents([parted], of: vault.id)
        #expect(try await test.store.contentSize(parted, of: vault.id) == nil)
        try gateway.fail(fault, "GET", 1)
        let opened = try await Vault.open(vault.id, in: test.store, unlocking: .recoveryCode(code))
        #expect(try await opened.read(one.document).bytes() == Samples.bytes(100_000))
        try gateway.recover()
        #expect(try await opened.verify().isComplete)
        #expect(try gateway.followedRedirects() == 0)
    }

    @Test(arguments: faults.filter { $0 != "delay" } + ["403", "507", "no-bucket", "failed-200", "endless-headers"])
    func `a fault that stays is a typed error, and nothing wrong is given or kept`(fault: String) async throws {
        let gateway = try FaultyGateway(before: ObjectStores.inMemory.get().endpoint)
        let test = try StoreUnderTest([gateway.endpoint], settings: Self.impatient)
        defer { withExtendedLifetime(test) {} }
        let (vault, store) = (try #require(Self.vault), test.store)
        let (kept, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(80_000))
        try await store.putContent(kept, of: vault, size: 80_000, from: .pieces(bytes))
        try gateway.fail(fault)
        let new = (0..<2).map { _ in ContentID(random: SystemRandom()) }
        let sizes = [80_000, 6_000_000]
        let octets = sizes.map { SystemRandom().bytes($0) }
        var codes: [String] = []
        func attempt(_ what: String, _ body: () async throws -> Void) async {
            do {
                try await body()
                codes.append("\(what) ok")
            } catch let error as VaultError {
                codes.append("\(what) \(error.code.rawValue)")
                #expect(
                    [.storeFailure, .busy, .notPermitted, .storeFull, .notAStore, .alreadyExists].contains(error.code)
                        // Without an end, or larger than what is read: that cannot be told apart.
                        || what == "whole" && error.code == .damaged && fault.hasPrefix("endless"),
                    "\(what): \(error)")
                #expect(!"\(error)".contains("secret"), "\(error)")
            } catch {
                Issue.record("\(what): \(error)")
            }
        }
        await attempt("range") {
            let range = try await store.content(kept, of: vault, in: 100..<70_000)
            #expect(range == Array(bytes[100..<70_000]))
        }
        await attempt("whole") {
            let whole = try await store.contents([kept], of: vault, limit: 100_000)
            #expect(whole == [kept: bytes])
        }
        await attempt("size") {
            let size = try await store.contentSize(kept, of: vault)
            #expect(size == 80_000)
        }
        await attempt("list") {
            let listed = try await store.contents(of: vault, after: nil, limit: 1_000)
            #expect(listed == [kept])
        }
        for index in new.indices {
            await attempt("put") {
                try await store.putContent(
                    new[index], of: vault, size: Int64(sizes[index]), from: .pieces(octets[index]))
            }
        }
        await attempt("delete") { try await store.deleteContents([ContentID(random: SystemRandom())], of: vault) }
        try gateway.recover()
        print("fault \(fault): \(codes.joined(separator: ", "))")
        // What was not acknowledged is there whole or not at all.
        for (id, octets) in zip(new, octets) {
            let found = try await store.contents([id], of: vault, limit: 1 << 24)[id]
            #expect(found == nil || found == octets)
        }
        #expect(try await store.contents([kept], of: vault, limit: 100_000) == [kept: bytes])
        #expect(try gateway.followedRedirects() == 0)
    }

    @Test func `octets that a gateway changes are found by the vault, and none of them are given out`() async throws {
        let gateway = try FaultyGateway(before: ObjectStores.real()[0])
        let test = try StoreUnderTest([gateway.endpoint])
        defer { withExtendedLifetime(test) {} }
        let (vault, _) = try await test.vault()
        let document = try await Samples.store(Samples.bytes(200_000), in: vault)
        try gateway.fail("changed", "GET")
        await #expect(throws: VaultError(.damaged, "")) { _ = try await vault.read(document.document).bytes() }
        try gateway.recover()
        #expect(try await vault.read(document.document).bytes() == Samples.bytes(200_000))
        // One that is not read whole at once is asked for its size first.
        let large = try await Samples.store(Samples.bytes(2_000_000), in: vault)
        try gateway.fail("another-size", "GET")
        await #expect(throws: VaultError(.damaged, "")) { _ = try await vault.read(large.document).bytes() }
        #expect(
            try await vault.read(document.document).bytes() == Samples.bytes(200_000), "the octets are the right ones")
        try gateway.recover()
        #expect(try await vault.read(large.document).bytes() == Samples.bytes(2_000_000))
    }

    @Test(arguments: ["bomb", "deep", "many", "unordered", "no-end", "failed-200", "html", "endless"])
    func `a list that lies is an error, and asks for no more than its bounds`(lie: String) async throws {
        let gateway = try FaultyGateway(before: ObjectStores.inMemory.get().endpoint)
        let test = try StoreUnderTest([gateway.endpoint], settings: Self.impatient)
        defer { withExtendedLifetime(test) {} }
        let vault = try #require(Self.vault)
        try gateway.fail(lie, "GET")
        await #expect(throws: VaultError(.storeFailure, "")) {
            _ = try await test.store.contents(of: vault, after: nil, limit: 9)
        }
        await #expect(throws: VaultError(.storeFailure, "")) { _ = try await test.store.abortUploads(at: Samples.time) }
        #expect(try gateway.requests() == 4, "each is asked twice")
    }

    @Test(arguments: ["500", "reset", "silent", "redirect", "endless", "cut", "html", "gone"])
    func `another gateway takes over`(fault: String) async throws {
        let good = try ObjectStores.real()
        let gateway = try FaultyGateway(before: good[0])
        let bad = fault == "gone" ? "http://127.0.0.1:1" : gateway.endpoint
        let test = try StoreUnderTest([bad, good[0]], settings: StoreUnderTest.settings(stall: 3))
        defer { withExtendedLifetime(test) {} }
        if fault != "gone" { try gateway.fail(fault) }
        let (vault, _) = try await test.vault()
        for number in 0..<8 {
            let document = try await Samples.store(Samples.bytes(100_000 + number), in: vault)
            #expect(try await vault.read(document.document).bytes() == Samples.bytes(100_000 + number))
        }
        #expect(try await vault.verify().isComplete)
        // It is asked now and then whether it is back, and when the other is slow; not at every call: eight documents
        // that are written, read and verified are 24 calls at least.
        if fault != "gone" { #expect(try #require(try gateway.requests()) < 12) }
    }

    @Test func `a call whose task is cancelled ends, and leaves nothing behind`() async throws {
        let gateway = try FaultyGateway(before: ObjectStores.inMemory.get().endpoint)
        let test = try StoreUnderTest([gateway.endpoint], settings: StoreUnderTest.settings(stall: 60))
        defer { withExtendedLifetime(test) {} }
        let (vault, store, id) = (try #require(Self.vault), test.store, ContentID(random: SystemRandom()))
        try gateway.fail("silent", "PUT")
        let bytes = SystemRandom().bytes(11_000_000)
        let task = Task { try await store.putContent(id, of: vault, size: 11_000_000, from: .pieces(bytes)) }
        while try #require(try gateway.requests()) < 4 { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        try gateway.recover()
        #expect(try await store.contentSize(id, of: vault) == nil)
        #expect(try await store.abortUploads(olderThan: 0, at: Instant(seconds: 1 << 40)) == 0)
    }
}
