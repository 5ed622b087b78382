// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `Evidence of revocation at any time (EN 319 102-1 5.6.2.2)` {
    private static let infrastructure = Result { try TestInfrastructure(at: made) }
    private static let made = Instant(seconds: 1_795_219_200)
    private static func day(_ days: Int64) -> Instant { made.adding(seconds: days * 86_400) }

    private func graph(_ days: [Int64], revoked: Int64? = nil) throws -> CertificateGraph {
        let infrastructure = try Self.infrastructure.get()
        let issuing = infrastructure.publicDomain.issuing.certificate
        let signer = infrastructure.subscribers[0].certificate
        let lists = try days.flatMap { day in
            let entries = revoked.flatMap { since -> [CertificateRevocationList.Entry]? in
                since > day
                    ? nil
                    : [
                        CertificateRevocationList.Entry(
                            serialNumber: signer.serialNumber, revocationDate: Self.day(since), reason: .keyCompromise,
                            invalidityDate: nil)
                    ]
            }
            return try infrastructure.revocationLists(
                at: Self.day(day), revoked: entries.map { [issuing.fingerprint: $0] } ?? [:])
        }
        return CertificateGraph(
            of: signer, trusting: infrastructure.trust,
            material: ValidationMaterial(certificates: [issuing], revocationLists: lists))
    }

    @Test func `every list counts for when it was issued, newest first`() throws {
        let graph = try graph([1, 10, 20], revoked: 15)
        let path = graph.evaluate(at: Self.day(12), purpose: .signing, revocation: .required)
        let evidence = graph.revocationEvidence(for: path)
        #expect(evidence.count == 2 && evidence.allSatisfy { $0.map(\.thisUpdate) == [20, 10, 1].map(Self.day) })
        #expect(evidence[0].map { $0.revocation?.since } == [Self.day(15), nil, nil])
        #expect(evidence.joined().allSatisfy { $0.answers && $0.list != nil && $0.nextUpdate != nil })
        #expect(path.chain[0].revocationNextUpdate == Self.day(50))
    }

    @Test func `a path that leads nowhere, and one without lists, have no evidence`() throws {
        let infrastructure = try Self.infrastructure.get()
        let alone = CertificateGraph(
            of: infrastructure.subscribers[0].certificate, trusting: [], material: ValidationMaterial())
        let nowhere = alone.evaluate(at: Self.made, purpose: .signing, revocation: .required)
        #expect(alone.revocationEvidence(for: nowhere).isEmpty)
        let graph = try graph([])
        let path = graph.evaluate(at: Self.made, purpose: .signing, revocation: .off)
        #expect(graph.revocationEvidence(for: path).map(\.count) == [0, 0])
    }

    @Test func `at most sixteen times of issue are looked at`() throws {
        let graph = try graph(Array(1...20))
        let path = graph.evaluate(at: Self.day(20), purpose: .signing, revocation: .required)
        #expect(graph.revocationEvidence(for: path).map(\.count) == [16, 16])
    }

    @Test(arguments: [
        SoftwareKey.Kind.rsa(bits: 2048), .elliptic(.p256), .elliptic(.p521), .elliptic(.brainpoolP384r1), .ed25519,
    ]) func `the kind of a key as encoded is that of the key`(_ kind: SoftwareKey.Kind) throws {
        let info = try SoftwareKey.generate(kind).subjectPublicKeyInfo
        #expect(try info.kind == info.publicKey().kind)
    }

    @Test func `the end of an algorithm is the day from which on it is a fault`() {
        for policy in AlgorithmPolicy.all {
            for digest in DigestAlgorithm.allCases {
                for scheme in [SignatureScheme.rsaPKCS1(digest), .rsaPSS(digest), .ecdsa(digest)] {
                    for key in [PublicKey.Kind.rsa(bits: 1024), .rsa(bits: 2048), .rsa(bits: 4096), .elliptic(.p256)] {
                        func isFault(_ day: CalendarDate, _ seconds: Int64) -> Bool? {
                            Instant(day, hour: 0, minute: 0, second: 0).map {
                                policy.fault(of: scheme, key: key, at: $0.adding(seconds: seconds)) != nil
                            }
                        }
                        switch policy.end(of: scheme, key: key) {
                        case .always: #expect(policy.fault(of: scheme, key: key, at: Instant(seconds: 0)) != nil)
                        case .never:
                            #expect(policy.fault(of: scheme, key: key, at: Instant(seconds: 9_999_999_999)) == nil)
                        case .day(let day): #expect(isFault(day, 0) == true && isFault(day, -1) == false)
                        }
                    }
                }
            }
        }
    }

    @Test func `domains come with their usages and the ends of trust`() throws {
        let infrastructure = try Self.infrastructure.get()
        let first = infrastructure.publicDomain.root.certificate
        let second = infrastructure.publicDutyDomain.root.certificate
        let bundle = try TrustBundle(
            id: "test", issued: Self.made, nextUpdate: Self.day(30),
            entries: [
                .init(first, domain: "public", role: .anchor, usages: [.signing], trustedUntil: Self.day(5)),
                .init(second, domain: "public", role: .anchor, usages: [.timeStamping], trustedFrom: Self.day(2)),
            ])
        #expect(bundle.domains(beginningBy: Self.day(1)).map(\.usages) == [[.signing]])
        let domains = bundle.domains(beginningBy: Self.day(10))
        #expect(domains.map(\.name) == ["public", "public"] && domains.map(\.usages) == [[.signing], [.timeStamping]])
        #expect(domains[0].trustedUntil == [first: Self.day(5)] && domains[1].trustedUntil.isEmpty)
        #expect(domains[0].trusted(at: Self.day(5)) != nil && domains[0].trusted(at: Self.day(6)) == nil)
    }
}
