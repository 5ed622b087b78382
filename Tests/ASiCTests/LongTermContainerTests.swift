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

@Suite struct `Containers at B-LT and B-LTA (EN 319 162-1 §4.4.4)` {
    private let fixture: ContainerFixture
    private let later = ContainerFixture.now.adding(seconds: 3_600)

    init() throws { fixture = try ContainerFixture.shared.get() }

    private func resources(_ material: ValidationMaterial? = nil, at time: Instant? = nil) throws -> ExtensionResources
    {
        ExtensionResources(
            timeStamps: try fixture.infrastructure.timeStampAuthority().stamping(
                at: time ?? ContainerFixture.now.adding(seconds: 60)),
            trusting: fixture.infrastructure.trust,
            material: try material ?? fixture.infrastructure.material(at: later))
    }

    private func levels(_ container: ASiCContainer) throws -> [BaselineLevel?] {
        try container.signatureFacts(with: ValidationMaterial()).map {
            $0.reachedLevel(trusting: fixture.infrastructure.trust, at: later).level
        }
    }

    @Test func `a container of two signatures is raised step by step, and renewed`() async throws {
        let two = try await fixture.open(fixture.extended()).addingSignature(
            by: fixture.company, claiming: ContainerFixture.now)
        var value = ASiCExtension(of: try fixture.open(two), trusting: fixture.infrastructure.trust)
        let before = try value.container.files.map { try value.container.archive.bytes(of: $0, limit: 1 << 20) }
        for level in [BaselineLevel.t, .lt, .lta, .lta] {
            try await value.extend(to: level, with: resources(at: level == .t ? nil : later), at: later)
            #expect(try levels(value.container) == [level, level], "\(level)")
            let report = try fixture.validator.validate(value.container, at: later)
            #expect(Verdict(report) == .passed, "\(level): \(Verdict(report))")
        }
        let facts = try value.signatureFacts()
        #expect(facts.map { $0.timeStamps.filter { $0.kind == .archive }.count } == [2, 2])
        #expect(
            try value.container.files.map { try value.container.archive.bytes(of: $0, limit: 1 << 20) } == before)
    }

    @Test func `missing material is an error and leaves the container as it was`() async throws {
        let bytes = try await fixture.extended()
        var value = ASiCExtension(of: try fixture.open(bytes), trusting: fixture.infrastructure.trust)
        await #expect(throws: AdESError(.levelNotReached, "")) {
            try await value.extend(to: .lt, with: resources(ValidationMaterial()), at: later)
        }
        #expect(try value.container.archive.source.allBytes(limit: 1 << 24) == bytes)
    }

    /// None of them is what was signed: a time-stamp would be spent on a container that never passes.
    @Test func `a container without a signed file, or with one that nobody signed, is not raised`() async throws {
        let bytes = try await fixture.extended()
        let named = ContainerFixture.files[1].path
        let cases: [(change: (inout [(name: String, content: [UInt8])]) -> Void, isRaised: Bool)] = [
            ({ _ in }, true), ({ $0.removeAll { $0.name == named } }, false),
            ({ $0.append(("more.txt", [1])) }, false),
            (
                { entries in
                    for index in entries.indices where entries[index].name == named { entries[index].content = [1] }
                },
                false
            ),
        ]
        for (change, isRaised) in cases {
            let container = try fixture.open(try fixture.rewriting(bytes, change))
            for level in [BaselineLevel.t, .lta] {
                var value = ASiCExtension(of: container, trusting: fixture.infrastructure.trust)
                do {
                    try await value.extend(to: level, with: resources(), at: later)
                    #expect(isRaised)
                } catch let error as AdESError {
                    #expect(!isRaised && error.code == .unsuitableSignature)
                }
                if isRaised { #expect(try levels(value.container) == [level]) }
            }
        }
        let simple = try fixture.rewriting(try await fixture.simple()) { $0.removeAll { $0.name == named } }
        var value = ASiCExtension(of: try fixture.open(simple), trusting: fixture.infrastructure.trust)
        await #expect(throws: AdESError.self) { try await value.extend(to: .t, with: resources(), at: later) }
    }

    @Test(arguments: ContainerType.allCases) func `a container is signed at B-LTA at once`(_ type: ContainerType)
        async throws
    {
        let bytes = try await ASiCContainer.signed(
            type, of: [ContainerFixture.files[1]], by: fixture.citizen, claiming: ContainerFixture.now,
            level: .lta(resources()))
        let container = try fixture.open(bytes)
        #expect(try levels(container) == [.lta])
        let isArchived = container.archive.entry(named: ASiCContainer.newestArchiveManifest) != nil
        #expect(isArchived == (type == .extended))
        let report = try fixture.validator.validate(container, at: later)
        #expect(Verdict(report) == .passed, "\(Verdict(report))")
    }
}
