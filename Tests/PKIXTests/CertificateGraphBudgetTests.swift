// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `Loops, cross-certificates and budgets of path building` {
    /// Authorities that have all certified each other.
    private func mesh(_ count: Int) throws -> (authorities: [CertificateAuthority], cross: [Certificate]) {
        let authorities = try (0..<count).map { number in
            try CertificateAuthority.root(Fixture.authority("Mesh \(number)"), key: .generate(.elliptic(.p256)))
        }
        var cross: [Certificate] = []
        for issuer in authorities {
            for (number, subject) in authorities.enumerated() where subject.certificate != issuer.certificate {
                cross.append(
                    try issuer.issue(Fixture.authority("Mesh \(number)"), for: subject.key.subjectPublicKeyInfo))
            }
        }
        return (authorities, cross)
    }

    private func judge(
        _ certificate: Certificate, _ anchors: [Certificate], _ authorities: [Certificate],
        _ limits: CertificateGraph.Limits = .init()
    ) -> PathResult {
        CertificateGraph(
            of: certificate, trusting: [TrustDomain(name: "test", anchors: anchors)],
            material: ValidationMaterial(certificates: authorities), limits: limits
        ).evaluate(at: Fixture.now, purpose: .signing, revocation: .off)
    }

    @Test func `a mesh without an anchor is answered in bounded time`() throws {
        let (authorities, cross) = try mesh(9)
        let fixture = try Fixture.shared.get()
        let leaf = try authorities[0].issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        let roots = authorities.map(\.certificate)
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            #expect(judge(leaf, [fixture.root.certificate], roots + cross).faults.map(\.rule) == [.noPath])
        }
        #expect(elapsed < .seconds(10))
        #expect(judge(leaf, [roots[8]], roots + cross).outcome == .passed)
    }

    @Test func `a mesh whose every path to the anchor is bad stops at the budget`() throws {
        let (authorities, cross) = try mesh(8)
        let fixture = try Fixture.shared.get()
        let leaf = try authorities[0].issue(
            { () -> CertificateTemplate in
                var template = Fixture.subscriber()
                template.notAfter = Fixture.now.adding(seconds: -1)
                return template
            }(), for: fixture.leafKey.subjectPublicKeyInfo)
        let elapsed = ContinuousClock().measure {
            let result = judge(leaf, [authorities[7].certificate], cross)
            #expect(result.faults.first?.rule == .expired)
            #expect(result.pathsTried <= 1_000)
        }
        #expect(elapsed < .seconds(20))
    }

    @Test func `a certificate that issued itself ends nowhere`() throws {
        let fixture = try Fixture.shared.get()
        let own = try fixture.otherRoot()
        #expect(judge(own.certificate, [fixture.root.certificate], [own.certificate]).faults.map(\.rule) == [.noPath])
        // As an anchor it is found; it may sign certificates only.
        #expect(judge(own.certificate, [own.certificate], []).faults.map(\.rule) == [.keyUsage])
    }

    @Test func `two authorities that certified each other end nowhere, and with an anchor pass`() throws {
        let (authorities, cross) = try mesh(2)
        let fixture = try Fixture.shared.get()
        let leaf = try authorities[0].issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        #expect(judge(leaf, [fixture.root.certificate], cross).faults.map(\.rule) == [.noPath])
        #expect(judge(leaf, [authorities[1].certificate], cross).outcome == .passed)
    }

    @Test func `a budget that is too small is said to be, and a sufficient one passes`() throws {
        let fixture = try Fixture.shared.get()
        var limits = CertificateGraph.Limits()
        limits.verifications = 1
        let small = judge(fixture.leaf, [fixture.root.certificate], [fixture.issuing.certificate], limits)
        #expect(small.faults.map(\.rule) == [.overBudget])
        #expect(small.outcome == .indeterminate)
        limits.verifications = 2
        #expect(
            judge(fixture.leaf, [fixture.root.certificate], [fixture.issuing.certificate], limits).outcome == .passed)
        limits.pathLength = 2
        #expect(
            judge(fixture.leaf, [fixture.root.certificate], [fixture.issuing.certificate], limits).outcome != .passed)
    }

    @Test func `what verifying costs is counted for all graphs together, each signature once`() throws {
        let fixture = try Fixture.shared.get()
        let (anchor, issuing) = (fixture.root.certificate, fixture.issuing.certificate)
        func judge(_ certificate: Certificate, _ allowance: VerificationAllowance) -> PathResult {
            CertificateGraph(
                of: certificate, trusting: [TrustDomain(name: "test", anchors: [anchor])],
                material: ValidationMaterial(certificates: [issuing]), within: allowance
            ).evaluate(at: Fixture.now, purpose: .signing, revocation: .off)
        }
        let other = try fixture.leaf { $0.subject = .vietnam(commonName: "DOSSIERKIT TEST Other") }
        // The subscriber's signature and that of its issuer.
        let cost = try issuing.publicKey().verificationCost + anchor.publicKey().verificationCost
        let small = judge(fixture.leaf, VerificationAllowance(microseconds: cost - 1))
        #expect(small.faults.map(\.rule) == [.overBudget] && small.outcome == .indeterminate)
        let shared = VerificationAllowance(microseconds: cost)
        #expect(judge(fixture.leaf, shared).outcome == .passed)
        #expect(judge(fixture.leaf, shared).outcome == .passed)
        let next = judge(other, shared)
        #expect(next.faults.map(\.rule) == [.overBudget] && next.outcome == .indeterminate)
        #expect(judge(other, VerificationAllowance(microseconds: cost)).outcome == .passed)
    }

    @Test func `a large RSA key with a large exponent costs more than a hundred usual ones`() throws {
        func cost(_ bits: Int, _ exponent: [UInt8]) throws -> Int {
            try PublicKey.rsa(modulus: [UInt8](repeating: 0xff, count: bits / 8), publicExponent: exponent)
                .verificationCost
        }
        let usual = try cost(2048, [1, 0, 1])
        // Squarings grow with the square of the modulus, their number with the length of the exponent.
        #expect(try cost(16_384, [UInt8](repeating: 0xff, count: 8)) > 100 * usual)
        #expect(try cost(4096, [1, 0, 1]) > 2 * usual)
        // A file of a thousand signers, each with certificate, response and list by RSA-4096.
        #expect(try 3_000 * cost(4096, [1, 0, 1]) < 3_000_000)
    }

    @Test func `the same question gives the same answer in any order of the material`() throws {
        let (authorities, cross) = try mesh(4)
        let fixture = try Fixture.shared.get()
        let leaf = try authorities[0].issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        let anchors = authorities.suffix(2).map(\.certificate)
        let forward = judge(leaf, anchors, cross).chain.map(\.certificate)
        #expect(forward == judge(leaf, anchors.reversed(), cross.reversed()).chain.map(\.certificate))
    }
}
