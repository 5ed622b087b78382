// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing
import ZIPSyntax

@testable import ASiC

@Suite struct `Raising a container of which a time-stamp covers a part (EN 319 162-1 §4.4.4)` {
    private typealias Entries = [(name: String, content: [UInt8])]

    private let fixture: ContainerFixture
    private let later = ContainerFixture.now.adding(seconds: 3_600)
    private let signature = "META-INF/signature001.p7s"

    init() throws { fixture = try ContainerFixture.shared.get() }

    private func authority(at seconds: Int64) throws -> StoppedTimeStampAuthority {
        try fixture.infrastructure.timeStampAuthority().stamping(at: ContainerFixture.now.adding(seconds: seconds))
    }

    private func resources(at seconds: Int64) throws -> ExtensionResources {
        ExtensionResources(
            timeStamps: try authority(at: seconds), trusting: fixture.infrastructure.trust,
            material: try fixture.infrastructure.material(at: later))
    }

    private func raised(_ bytes: [UInt8], to level: BaselineLevel, at seconds: Int64 = 1_800) async throws
        -> ASiCContainer
    {
        var value = ASiCExtension(of: try fixture.open(bytes), trusting: fixture.infrastructure.trust)
        do {
            try await value.extend(to: level, with: resources(at: seconds), at: later)
        } catch {
            #expect(try value.container.archive.source.allBytes(limit: 1 << 24) == bytes, "it is what it was")
            throw error
        }
        return value.container
    }

    /// Adds a time-stamp with a manifest of another producer's naming.
    private func stamped(
        _ bytes: [UInt8], _ number: Int, _ manifestPath: String, over isNamed: (String) -> Bool = { _ in true }
    ) async throws -> [UInt8] {
        var added: Entries = []
        let archive = try fixture.open(bytes).archive
        let named = try archive.entries.filter { $0.name != "mimetype" && isNamed($0.name) }.map {
            try ContainerFixture.reference(FileURI.encode($0.name), archive.bytes(of: $0, limit: 1 << 20))
        }
        let path = "META-INF/timestamp00\(number).tst"
        let manifest = ASiCManifest(signature: path, references: named, isTimeStamped: true).bytes
        let token = try await authority(at: 1_200).token(for: MessageImprint(of: manifest))
        added = [(manifestPath, manifest), (path, token.bytes)]
        return try fixture.rewriting(bytes) { $0 += added }
    }

    private func content(_ path: String, of container: ASiCContainer) throws -> [UInt8] {
        try container.archive.bytes(of: #require(container.archive.entry(named: path)), limit: 1 << 20)
    }

    private func holding(_ container: ASiCContainer) throws -> [String] {
        try container.timeStamps().filter(\.stamp.holds).map(\.path)
    }

    static let names = [
        "META-INF/ASiCArchiveManifest.xml", "META-INF/ASiCArchiveManifest001.xml", "META-INF/ASiCManifest-ts1.xml",
    ]

    @Test(arguments: names) func `a signature's file that a time-stamp covers stays as it is`(_ name: String)
        async throws
    {
        let bytes = try await stamped(fixture.extended(), 1, name)
        #expect(try holding(fixture.open(bytes)) == ["META-INF/timestamp001.tst"])
        for level in [BaselineLevel.t, .lt, .lta] {
            await #expect(throws: AdESError(.levelNotReached, "")) { try await raised(bytes, to: level) }
        }
        // Where the time-stamp is over the files alone, it holds whatever the signature's file gets.
        let beside = try await stamped(fixture.extended(), 1, name) { !$0.hasPrefix("META-INF/") }
        let container = try await raised(beside, to: .t)
        #expect(try container.signatureFacts(with: ValidationMaterial()).map(\.level) == [.t])
        #expect(try holding(container) == ["META-INF/timestamp001.tst"])
    }

    @Test(arguments: names) func `what it lacks goes into the time-stamp`(_ name: String) async throws {
        let timely = try await raised(fixture.extended(), to: .t, at: 600).archive.source.allBytes(limit: 1 << 24)
        let bytes = try await stamped(timely, 1, name)
        let signed = try content(signature, of: fixture.open(bytes))
        for level in [BaselineLevel.t, .lt, .lta] {
            let container = try await raised(bytes, to: level)
            #expect(try content(signature, of: container) == signed)
            #expect(try holding(container).first == "META-INF/timestamp001.tst")
            #expect(try holding(container).count == (level == .lta ? 2 : 1))
            let facts = try #require(container.signatureFacts(with: ValidationMaterial()).first)
            let reached = facts.reachedLevel(trusting: fixture.infrastructure.trust, at: later).level
            #expect(try #require(reached) >= level)
            let report = try fixture.validator.validate(container, at: later)
            #expect(Verdict(report) == .passed, "\(level): \(Verdict(report))")
        }
    }

    @Test func `a signature that came behind an archive time-stamp is raised, and the archive renewed`() async throws {
        let archived = try await raised(fixture.extended(), to: .lta, at: 600)
        let first = try content(signature, of: archived)
        let two = try await archived.addingSignature(
            by: fixture.company, claiming: ContainerFixture.now.adding(seconds: 900))
        for level in [BaselineLevel.t, .lt, .lta] {
            let container = try await raised(two, to: level)
            #expect(try content(signature, of: container) == first)
            let facts = try container.signatureFacts(with: ValidationMaterial())
            let reached = facts.map { $0.reachedLevel(trusting: fixture.infrastructure.trust, at: later).level }
            #expect(try #require(reached.first ?? nil) == .lta && reached.last == level)
            #expect(facts.map { $0.timeStamps.filter { $0.kind == .signature && $0.holds }.count } == [1, 1])
            let archives = facts.map { $0.timeStamps.filter { $0.kind == .archive && $0.holds }.count }
            #expect(archives == (level == .lta ? [2, 1] : [1, 0]))
            let report = try fixture.validator.validate(container, at: later)
            #expect(Verdict(report) == .passed, "\(level): \(Verdict(report))")
        }
    }

    /// The newest archive manifest gets another name when the next one comes.
    @Test func `a manifest that another one names is not renamed`() async throws {
        let archived = try await raised(fixture.extended(), to: .lta, at: 600).archive.source.allBytes(limit: 1 << 24)
        let path = "META-INF/ASiCArchiveManifest002.xml"
        let named = try await stamped(archived, 2, path)
        let unnamed = try await stamped(archived, 2, path) { $0 != ASiCContainer.newestArchiveManifest }
        for (bytes, isRenewed) in [(named, false), (unnamed, true)] {
            let container = try fixture.open(bytes)
            #expect(try holding(container).count == 2)
            guard isRenewed else {
                #expect(throws: ASiCError(.cannotBeSigned, "")) { try container.preparingArchiveTimeStamp() }
                await #expect(throws: ASiCError(.cannotBeSigned, "")) { try await raised(bytes, to: .lta) }
                continue
            }
            #expect(try holding(await raised(bytes, to: .lta)).count == 3)
        }
    }
}
