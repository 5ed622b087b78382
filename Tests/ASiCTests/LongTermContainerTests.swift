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
