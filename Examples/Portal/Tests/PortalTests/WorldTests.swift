// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

@Suite struct `Portal, the world that several servers share` {
    private let now = TestClock().now

    private func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("portal-test-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func `who begins at once has the same parties, in a file for its owner alone`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (path, now) = (folder + "/world", now)
        @concurrent func begin() async throws -> DemoParties { try await DemoParties(file: path, at: now) }
        async let first = begin()
        async let second = begin()
        let (one, other) = try await (first, second)
        #expect(one.name == other.name && one.service.card == other.service.card)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["world"])
    }

    @Test func `parties whose revocation lists have ended begin nothing`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parties = try await DemoParties(at: now)
        let storage = try PortalStorage(folder: folder + "/store")
        _ = try await DemoWorld(in: storage, of: parties, samples: ServedPortal.samples, at: now)
        await #expect(throws: PortalStartError(.worldTooOld, "")) {
            _ = try await DemoWorld(
                in: storage, of: parties, samples: ServedPortal.samples, at: now.adding(seconds: 31 * 86_400))
        }
        await #expect(throws: PortalStartError(.noSamples, "")) {
            _ = try await DemoWorld(in: storage, of: parties, samples: folder, at: now)
        }
    }

    @Test func `a value is changed by one of those who change it at once`() async throws {
        let world = try #require(VaultID(octets: [UInt8](repeating: 7, count: VaultID.byteCount)))
        let desk = AgencyDesk(records: PortalRecords(in: MemoryRecords(), of: world))
        let day = try #require(CalendarDate("2026-11-22"))
        let codes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await desk.newCode(on: day) } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(codes.count == 20 && codes.contains("T01.01-261122-0020"))
        let accounts = VaultAccounts(records: PortalRecords(in: MemoryRecords(), of: world))
        #expect(try await accounts.open(world, for: "a"))
        #expect(try await !accounts.open(world, for: "a"))
        #expect(try await accounts.vault(of: "a") == world)
        #expect(try await accounts.vault(of: "b") == nil)
    }
}
