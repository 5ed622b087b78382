// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// Facts of a signature that nobody made: the engine reads facts and does no cryptography on content.
struct FactsFixture: Sendable {
    static let shared = Result { try FactsFixture() }
    /// 2026-11-21T00:00:00Z.
    static let now = Instant(seconds: 1_795_219_200)

    let infrastructure: TestInfrastructure
    let material: ValidationMaterial
    let certificate: Certificate

    private init() throws {
        infrastructure = try TestInfrastructure(at: Self.now)
        material = try infrastructure.material(at: Self.now)
        certificate = infrastructure.subscribers[0].certificate
    }

    func facts(_ change: (inout SignatureFacts) -> Void = { _ in }) -> SignatureFacts {
        var facts = SignatureFacts(
            id: "S-1", format: .cades, level: .b, packaging: .detached, reference: .intact, value: .valid,
            coverage: .entireFile, material: ValidationMaterial())
        facts.signingCertificate = certificate
        facts.bindsSigningCertificate = true
        facts.scheme = .ecdsa(.sha256)
        facts.digest = .sha256
        facts.claimedSigningTime = Self.now
        change(&facts)
        return facts
    }

    func report(
        _ facts: SignatureFacts, policy: ValidationPolicy = .vietnam2026, material: ValidationMaterial? = nil,
        revocation: RevocationMode = .required, trust: [TrustDomain]? = nil, at time: Instant = FactsFixture.now
    ) -> SignatureReport {
        SignatureValidator(
            trusting: trust ?? infrastructure.trust, policy: policy, material: material ?? self.material,
            revocation: revocation
        ).validate(facts, at: time)
    }
}
