// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

/// One question to the path validation, with the answer that RFC 5280 gives.
struct PathCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let certificate: Certificate
    let anchors: [Certificate]
    let authorities: [Certificate]
    let lists: [CertificateRevocationList]
    var time = Fixture.now
    var purpose = CertificatePurpose.signing
    var mode = RevocationMode.required
    /// The first broken rule; `nil` when the path must pass.
    let rule: PathRule?
    var index = 0
    /// Why `openssl verify` cannot be asked; `nil` when it can.
    var notForOpenSSL: String?

    func judge() -> PathResult {
        CertificateGraph(
            of: certificate, trusting: [TrustDomain(name: "test", anchors: anchors)],
            material: ValidationMaterial(certificates: authorities, revocationLists: lists)
        ).evaluate(at: time, purpose: purpose, revocation: mode)
    }
}

@Suite struct `Path validation (RFC 5280 6)` {
    private static let cases: [PathCase] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [PathCase] {
        let fixture = try Fixture.shared.get()
        let root = fixture.root.certificate
        let issuing = fixture.issuing.certificate
        func usual(
            _ name: String, of certificate: Certificate? = nil, lists: [CertificateRevocationList]? = nil,
            authorities: [Certificate]? = nil, anchors: [Certificate]? = nil, at days: Int64 = 0,
            mode: RevocationMode = .required, _ rule: PathRule?, index: Int = 0, notForOpenSSL: String? = nil
        ) throws -> PathCase {
            PathCase(
                testDescription: name, certificate: certificate ?? fixture.leaf, anchors: anchors ?? [root],
                authorities: authorities ?? [issuing], lists: try lists ?? fixture.lists(),
                time: Fixture.now.adding(seconds: days * Fixture.day), mode: mode, rule: rule, index: index,
                notForOpenSSL: notForOpenSSL)
        }
        func below(
            _ name: String, _ branch: (authority: CertificateAuthority, leaf: Certificate), _ rule: PathRule?,
            index: Int = 1, notForOpenSSL: String? = nil
        ) throws -> PathCase {
            try usual(
                name, of: branch.leaf, lists: [fixture.list(of: fixture.root), fixture.list(of: branch.authority)],
                authorities: [branch.authority.certificate], rule, index: index, notForOpenSSL: notForOpenSSL)
        }
        let revokedLists = { (days: Int64, reason: RevocationReason?) in
            try fixture.lists([fixture.entry(fixture.leaf, days: days, reason)])
        }
        let old = [try fixture.list(of: fixture.root), try fixture.list(of: fixture.issuing, from: -40, until: -10)]
        let forged = [
            try fixture.list(of: fixture.root),
            try fixture.list(
                of: CertificateAuthority(key: fixture.otherKey, certificate: issuing)),
        ]
        let noList = [try fixture.list(of: fixture.root)]
        let unprocessed: (inout CertificateTemplate) -> Void = {
            $0.furtherExtensions = [("1.3.6.1.4.1.55555.1", true, [0x05, 0x00])]
        }
        var cases = [
            try usual("a usual path", nil),
            try usual("an anchor nobody trusts", anchors: [fixture.otherRoot().certificate], .noPath),
            try usual("the issuing authority is missing", authorities: [], .noPath),
            try usual("expired", at: 1001, .expired),
            try usual(
                "the last second of validity", lists: fixture.freshLists(at: 1000), at: 1000, nil,
                notForOpenSSL: "it ends a second earlier"),
            try usual("not yet valid", at: -101, .notYetValid),
            try usual("revoked before", lists: revokedLists(-2, .keyCompromise), .revoked),
            try usual("revoked at the instant", lists: revokedLists(0, .keyCompromise), .revoked),
            try usual(
                "revoked later", lists: revokedLists(1, .keyCompromise), nil,
                notForOpenSSL: "it takes an entry of any date as revoked"),
            try usual("revoked without a reason", lists: revokedLists(-2, nil), .revoked),
            try usual("on hold", lists: revokedLists(-2, .certificateHold), .onHold),
            try usual(
                "released from hold by a newer list",
                lists: noList + [
                    fixture.list(
                        of: fixture.issuing, [fixture.entry(fixture.leaf, days: -5, .certificateHold)], from: -4),
                    fixture.list(of: fixture.issuing),
                ], nil, notForOpenSSL: "it takes any one of several current lists"),
            try usual(
                "revoked for good in an older list",
                lists: noList + [
                    fixture.list(of: fixture.issuing, [fixture.entry(fixture.leaf, days: -5)], from: -4),
                    fixture.list(of: fixture.issuing),
                ], .revoked, notForOpenSSL: "it takes any one of several current lists"),
            try usual(
                "the authority is revoked",
                lists: [
                    fixture.list(of: fixture.root, [fixture.entry(issuing, days: -2)]),
                    fixture.list(of: fixture.issuing),
                ], .revoked, index: 1),
            try usual("a stale list", lists: old, .revocationStale),
            try usual("a stale list, if available", lists: old, mode: .ifAvailable, nil, notForOpenSSL: "no such mode"),
            try usual(
                "a list without nextUpdate", lists: noList + [fixture.list(of: fixture.issuing, until: nil)],
                .revocationStale, notForOpenSSL: "it takes it for fresh"),
            try usual("a list signed with another key", lists: forged, .revocationUnknown),
            try usual("no list, required", lists: noList, .revocationUnknown),
            try usual("no list, if available", lists: noList, mode: .ifAvailable, nil, notForOpenSSL: "no such mode"),
            try usual(
                "revoked, if available", lists: revokedLists(-2, .keyCompromise), mode: .ifAvailable, .revoked,
                notForOpenSSL: "no such mode"),
            try usual(
                "revoked, off", lists: revokedLists(-2, .keyCompromise), mode: .off, nil,
                notForOpenSSL: "asked with revocation on"),
            try below(
                "an authority of its own", fixture.branch("Branch") { $0.basicConstraints = .init(isAuthority: true) },
                nil),
            try below(
                "an issuer that is no authority", fixture.branch("No authority") { $0.basicConstraints = nil },
                .notAnAuthority),
            try below(
                "an issuer whose constraints say no",
                fixture.branch("Not one") { $0.basicConstraints = .init(isAuthority: false) }, .notAnAuthority),
            try below(
                "an issuer that may not sign certificates",
                fixture.branch("No certificates") { $0.keyUsage = [.crlSign, .digitalSignature] }, .keyCertSign),
            try below(
                "an issuer that may not sign lists",
                fixture.branch("No lists") { $0.keyUsage = [.keyCertSign] }, .revocationUnknown, index: 0),
            try below(
                "a critical unknown extension of the issuer", fixture.branch("Critical", unprocessed),
                .criticalExtension),
            try usual("a critical unknown extension", of: fixture.leaf(unprocessed), .criticalExtension),
            try usual(
                "an unknown extension that is not critical",
                of: fixture.leaf { $0.furtherExtensions = [("1.3.6.1.4.1.55555.1", false, [0x05, 0x00])] }, nil),
            try usual(
                "a key that may not sign", of: fixture.leaf { $0.keyUsage = KeyUsage(rawValue: 1 << 2) }, .keyUsage,
                notForOpenSSL: "asked for no purpose"),
            try usual(
                "an anchor that signs itself may not", of: root, authorities: [], .keyUsage,
                notForOpenSSL: "asked for no purpose"),
            try usual(
                "a subscriber that is the anchor", anchors: [fixture.leaf], nil,
                notForOpenSSL: "it takes no anchor but a root unless asked"),
            try usual(
                "a subscriber that is the anchor, expired", anchors: [fixture.leaf], at: 1001, .expired,
                notForOpenSSL: "it takes no anchor but a root unless asked"),
            try usual(
                "a subscriber that is the anchor, not yet valid", anchors: [fixture.leaf], at: -101, .notYetValid,
                notForOpenSSL: "it takes no anchor but a root unless asked"),
            try usual("nonRepudiation alone", of: fixture.leaf { $0.keyUsage = [.nonRepudiation] }, nil),
            try usual("digitalSignature alone", of: fixture.leaf { $0.keyUsage = [.digitalSignature] }, nil),
        ]
        cases += try lengthCases(fixture)
        cases += try keyChangeCases(fixture)
        return cases
    }

    private static func lengthCases(_ fixture: Fixture) throws -> [PathCase] {
        try [(0, PathRule.pathLength), (1, nil)].map { limit, rule in
            let upper = try fixture.root.subordinate(
                Fixture.authority("Upper", pathLength: limit), key: fixture.otherKey)
            let lower = try upper.subordinate(Fixture.authority("Lower"), key: .generate(.elliptic(.p256)))
            let leaf = try lower.issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
            return PathCase(
                testDescription: "one authority below a limit of \(limit)", certificate: leaf,
                anchors: [fixture.root.certificate], authorities: [upper.certificate, lower.certificate],
                lists: try [fixture.root, upper, lower].map { try fixture.list(of: $0) }, rule: rule, index: 2)
        }
    }

    private static func keyChangeCases(_ fixture: Fixture) throws -> [PathCase] {
        // The same key under a renewed certificate: either certificate may stand in the path.
        let renewed = try fixture.root.subordinate(
            Fixture.authority("Issuing", pathLength: 0), key: fixture.issuing.key)
        // A new key under the same name: only the key that signed counts.
        let rekeyed = try fixture.root.subordinate(Fixture.authority("Issuing", pathLength: 0), key: fixture.otherKey)
        let expired = try fixture.root.subordinate(
            { () -> CertificateTemplate in
                var template = Fixture.authority("Issuing", pathLength: 0)
                template.notAfter = Fixture.now.adding(seconds: -Fixture.day)
                return template
            }(), key: fixture.issuing.key)
        let rekeyedLeaf = try rekeyed.issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        let foreign = try fixture.otherRoot().subordinate(
            Fixture.authority("Issuing", pathLength: 0), key: .generate(.elliptic(.p256)))
        func make(
            _ name: String, _ certificate: Certificate, _ authorities: [CertificateAuthority],
            lists: [CertificateRevocationList], _ rule: PathRule?, notForOpenSSL: String? = nil
        ) throws -> PathCase {
            PathCase(
                testDescription: name, certificate: certificate, anchors: [fixture.root.certificate],
                authorities: authorities.map(\.certificate), lists: try [fixture.list(of: fixture.root)] + lists,
                rule: rule, notForOpenSSL: notForOpenSSL)
        }
        let byFirst = try fixture.list(of: fixture.issuing)
        let bySecond = try fixture.list(of: rekeyed)
        return [
            try make("renewed with the same key", fixture.leaf, [renewed], lists: [byFirst], nil),
            try make("both certificates of one key", fixture.leaf, [fixture.issuing, renewed], lists: [byFirst], nil),
            try make(
                "the expired and the renewed certificate", fixture.leaf, [expired, renewed], lists: [byFirst], nil),
            try make("only the expired certificate", fixture.leaf, [expired], lists: [byFirst], .expired).at(index: 1),
            try make("another key under the same name", fixture.leaf, [rekeyed], lists: [byFirst], .noPath),
            try make(
                "both keys of one name", fixture.leaf, [rekeyed, fixture.issuing], lists: [byFirst, bySecond], nil),
            try make(
                "both keys of one name, the new one", rekeyedLeaf, [fixture.issuing, rekeyed],
                lists: [byFirst, bySecond], nil),
            try make(
                "the list of the same name's other key", rekeyedLeaf, [fixture.issuing, rekeyed], lists: [byFirst], nil,
                notForOpenSSL: "it looks for the key of the certificate's own issuer unless asked otherwise"),
            try make(
                "revoked by the same name's other key", rekeyedLeaf, [fixture.issuing, rekeyed],
                lists: [fixture.list(of: fixture.issuing, [fixture.entry(rekeyedLeaf, days: -2)]), bySecond], .revoked,
                notForOpenSSL: "it takes any one of several current lists"),
            try make(
                "the list of a key of the same name under another root", rekeyedLeaf, [foreign, rekeyed],
                lists: [fixture.list(of: foreign)], .revocationUnknown),
            try make(
                "revoked by a key of the same name under another root", rekeyedLeaf, [foreign, rekeyed],
                lists: [fixture.list(of: foreign, [fixture.entry(rekeyedLeaf, days: -2)]), bySecond], nil,
                notForOpenSSL: "it takes any one of several current lists"),
        ]
    }

    @Test(arguments: cases) func `the answer is that of RFC 5280`(_ row: PathCase) {
        let result = row.judge()
        #expect(result.faults.first?.rule == row.rule)
        #expect((result.outcome == .passed) == (row.rule == nil))
        if row.rule != nil { #expect(result.faults.first?.certificateIndex == row.index) }
        if let rule = row.rule { #expect(result.outcome == (rule.isIndeterminate ? .indeterminate : .failed)) }
        if row.rule == nil { #expect(result.trustDomain == "test") }
        #expect(result.time == row.time && result.revocationMode == row.mode)
    }

    @Test func `the cases could be made`() throws {
        #expect(try Self.makeCases().count == Self.cases.count)
        #expect(Self.cases.count >= 40)
    }

    @Test func `openssl verify gives the same answers`() throws {
        var asked = 0
        for row in Self.cases {
            if let reason = row.notForOpenSSL {
                print("not asked of openssl verify: \(row.testDescription): \(reason)")
                continue
            }
            let folder = try TemporaryFolder()
            func pem(_ certificates: [Certificate]) -> String {
                certificates.map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined()
            }
            try folder.write(pem(row.anchors), as: "anchors")
            try folder.write(pem(row.authorities), as: "untrusted")
            try folder.write(pem([row.certificate]), as: "leaf")
            try folder.write(row.lists.map { PEM.encode($0.bytes, label: "X509 CRL") }.joined(), as: "lists")
            var arguments = ["verify", "-CAfile", "anchors", "-crl_check_all", "-CRLfile", "lists"]
            arguments += ["-attime", "\(row.time.seconds)", "-purpose", "any"]
            if !row.authorities.isEmpty { arguments += ["-untrusted", "untrusted"] }
            guard
                let outcome = try OpenSSLPeer.run(
                    arguments + ["leaf"], in: folder, cases: "\(Self.cases.count) paths against openssl verify")
            else { return }
            #expect((outcome.status == 0) == (row.rule == nil), "\(row.testDescription): \(outcome.errors)")
            asked += 1
        }
        print("paths against openssl verify: \(asked) the same")
    }

    @Test func `an anchor passes without further questions unless it is to sign`() throws {
        let root = try Fixture.shared.get().root.certificate
        var trusted = PathCase(
            testDescription: "", certificate: root, anchors: [root], authorities: [], lists: [], rule: nil)
        #expect(trusted.judge().faults.map(\.rule) == [.keyUsage])
        trusted.purpose = .any
        #expect(trusted.judge().outcome == .passed)
        let untrusted = PathCase(
            testDescription: "", certificate: root, anchors: [], authorities: [root], lists: [], rule: nil)
        #expect(untrusted.judge().faults.map(\.rule) == [.noPath])
    }

    @Test func `a purpose asks for its extended key usage`() throws {
        let fixture = try Fixture.shared.get()
        let purposes: [(CertificatePurpose, ObjectIdentifier)] = [
            (.timeStamping, "1.3.6.1.5.5.7.3.8"), (.ocspSigning, "1.3.6.1.5.5.7.3.9"),
        ]
        for (purpose, identifier) in purposes {
            for (certificate, rule) in [
                (try fixture.leaf { $0.extendedKeyUsage = [identifier] }, PathRule?.none),
                (fixture.leaf, .extendedKeyUsage),
            ] {
                var row = PathCase(
                    testDescription: "", certificate: certificate, anchors: [fixture.root.certificate],
                    authorities: [fixture.issuing.certificate], lists: try fixture.lists(), rule: rule)
                row.purpose = purpose
                #expect(row.judge().faults.first?.rule == rule)
            }
        }
        let both = try fixture.leaf { $0.extendedKeyUsage = ["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.1"] }
        var row = PathCase(
            testDescription: "", certificate: both, anchors: [fixture.root.certificate],
            authorities: [fixture.issuing.certificate], lists: try fixture.lists(), rule: nil)
        row.purpose = .timeStamping
        #expect(row.judge().faults.first?.rule == .extendedKeyUsage)
    }

    @Test func `a signer's certificate is not for servers, code, IPsec, time-stamps or responses alone`() throws {
        let fixture = try Fixture.shared.get()
        let others: [ObjectIdentifier] = [
            "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7",
            "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
        ]
        let person: [ObjectIdentifier] = [
            "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "2.5.29.37.0", "1.3.6.1.4.1.311.10.3.12",
        ]
        var rows: [(purposes: [ObjectIdentifier], rule: PathRule?)] = [(others, .extendedKeyUsage), ([], nil)]
        for purpose in others { rows.append(([purpose], .extendedKeyUsage)) }
        for purpose in person {
            rows.append(([purpose], nil))
            rows.append((others + [purpose], nil))
        }
        for (purposes, rule) in rows {
            for isCritical in [false, true] {
                let certificate = try fixture.leaf {
                    $0.extendedKeyUsage = purposes
                    $0.extendedKeyUsageIsCritical = isCritical
                }
                var row = PathCase(
                    testDescription: "", certificate: certificate, anchors: [fixture.root.certificate],
                    authorities: [fixture.issuing.certificate], lists: try fixture.lists(), rule: rule)
                row.purpose = .signing
                #expect(row.judge().faults.first?.rule == rule, "\(purposes)")
            }
        }
    }

    @Test func `a server's certificate may be without extended key usage, but not with another one`() throws {
        let fixture = try Fixture.shared.get()
        for (purposes, rule) in [
            ([], PathRule?.none), (["1.3.6.1.5.5.7.3.1"], nil), (["2.5.29.37.0"], nil),
            (["1.3.6.1.5.5.7.3.4"], .extendedKeyUsage),
        ] as [([ObjectIdentifier], PathRule?)] {
            let inLeaf = try fixture.leaf { $0.extendedKeyUsage = purposes }
            let branch = try fixture.branch("Server authority") { $0.extendedKeyUsage = purposes }
            for (certificate, authority, index) in [
                (inLeaf, fixture.issuing.certificate, 0), (branch.leaf, branch.authority.certificate, 1),
            ] {
                let row = PathCase(
                    testDescription: "", certificate: certificate, anchors: [fixture.root.certificate],
                    authorities: [authority], lists: [], purpose: .serverAuthentication, mode: .off, rule: rule)
                let result = row.judge()
                #expect(result.faults.first?.rule == rule)
                if rule != nil { #expect(result.faults.first?.certificateIndex == index) }
            }
        }
    }

    @Test func `a list that did not exist when the certificate was issued does not answer for it`() throws {
        let fixture = try Fixture.shared.get()
        let early = [try fixture.list(of: fixture.root), try fixture.list(of: fixture.issuing, from: -101)]
        let row = PathCase(
            testDescription: "", certificate: fixture.leaf, anchors: [fixture.root.certificate],
            authorities: [fixture.issuing.certificate], lists: early, rule: .revocationUnknown)
        #expect(row.judge().faults.map(\.rule) == [.revocationUnknown])
    }
}

extension PathCase {
    fileprivate func at(index: Int) -> PathCase {
        var copy = self
        copy.index = index
        return copy
    }
}

extension Fixture {
    func otherRoot() throws -> CertificateAuthority {
        try .root(Self.authority("Other root"), key: otherKey)
    }

    func freshLists(at days: Int64) throws -> [CertificateRevocationList] {
        [try list(of: root, from: days - 1, until: days + 1), try list(of: issuing, from: days - 1, until: days + 1)]
    }
}
