// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI

/// A root, an issuing authority and a subscriber, from which the tests bend one thing at a time.
struct Fixture: Sendable {
    static let shared = Result { try Fixture() }
    /// 2026-11-21T00:00:00Z.
    static let now = Instant(seconds: 1_795_219_200)
    static let day: Int64 = 86_400

    let root: CertificateAuthority
    let issuing: CertificateAuthority
    let leafKey: SoftwareKey
    let otherKey: SoftwareKey
    let leaf: Certificate

    private init() throws {
        root = try .root(Self.authority("Root"), key: .generate(.elliptic(.p256)))
        issuing = try root.subordinate(Self.authority("Issuing", pathLength: 0), key: .generate(.elliptic(.p256)))
        leafKey = try .generate(.elliptic(.p256))
        otherKey = try .generate(.elliptic(.p256))
        leaf = try issuing.issue(Self.subscriber(), for: leafKey.subjectPublicKeyInfo)
    }

    static func authority(_ name: String, pathLength: Int? = nil) -> CertificateTemplate {
        CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST \(name)"), notBefore: now.adding(seconds: -400 * day),
            notAfter: now.adding(seconds: 4000 * day),
            basicConstraints: BasicConstraints(isAuthority: true, pathLength: pathLength),
            keyUsage: [.keyCertSign, .crlSign])
    }

    static func subscriber(_ name: String = "Subscriber") -> CertificateTemplate {
        CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST \(name)", identifiers: ["CCCD:001099000001"]),
            notBefore: now.adding(seconds: -100 * day), notAfter: now.adding(seconds: 1000 * day),
            keyUsage: [.digitalSignature, .nonRepudiation])
    }

    /// A subscriber's certificate that differs from the usual one.
    func leaf(_ change: (inout CertificateTemplate) -> Void) throws -> Certificate {
        var template = Self.subscriber()
        change(&template)
        return try issuing.issue(template, for: leafKey.subjectPublicKeyInfo)
    }

    /// An issuing authority that differs from the usual one, with a subscriber below it.
    func branch(
        _ name: String, _ change: (inout CertificateTemplate) -> Void
    ) throws -> (authority: CertificateAuthority, leaf: Certificate) {
        var template = Self.authority(name)
        change(&template)
        let authority = try root.subordinate(template, key: otherKey)
        return (authority, try authority.issue(Self.subscriber(), for: leafKey.subjectPublicKeyInfo))
    }

    /// A list of an authority around ``now``.
    func list(
        of authority: CertificateAuthority, _ entries: [CertificateRevocationList.Entry] = [],
        from: Int64 = -1, until: Int64? = 29
    ) throws -> CertificateRevocationList {
        try authority.revocationList(
            entries, thisUpdate: Self.now.adding(seconds: from * Self.day),
            nextUpdate: until.map { Self.now.adding(seconds: $0 * Self.day) })
    }

    /// The lists of root and issuing authority.
    func lists(_ entries: [CertificateRevocationList.Entry] = []) throws -> [CertificateRevocationList] {
        [try list(of: root), try list(of: issuing, entries)]
    }

    func entry(
        _ certificate: Certificate, days: Int64, _ reason: RevocationReason? = .keyCompromise
    ) -> CertificateRevocationList.Entry {
        CertificateRevocationList.Entry(
            serialNumber: certificate.serialNumber, revocationDate: Self.now.adding(seconds: days * Self.day),
            reason: reason, invalidityDate: nil)
    }
}
