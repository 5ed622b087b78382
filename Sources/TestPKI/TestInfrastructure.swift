// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
import SoftwareKeys

/// A synthetic infrastructure of the Vietnamese profile: two unrelated roots, issuing authorities and subscribers.
///
/// Every name says that it is a test; every person and number is invented. Nothing here is trusted anywhere by itself.
public struct TestInfrastructure: Sendable {
    /// One trust domain of the infrastructure.
    public struct Domain: Sendable {
        /// The domain's name: `public` or `public-duty`.
        public let name: String
        /// The root.
        public let root: CertificateAuthority
        /// The authority that issues to subscribers.
        public let issuing: CertificateAuthority

        /// The domain as trust: its root is the anchor.
        public var trust: TrustDomain { TrustDomain(name: name, anchors: [root.certificate]) }
    }

    /// Citizens and companies.
    public let publicDomain: Domain
    /// State agencies and officials.
    public let publicDutyDomain: Domain
    /// All subscribers in order: citizen, company, official, commune, tsa, ocsp-public, ocsp-public-duty.
    public let subscribers: [TestSubscriber]
    /// When the infrastructure was made; its certificates begin one hour earlier.
    public let madeAt: Instant
    /// The address that the certificates name for lists, responders and issuers; ends in a slash.
    public let baseURL: String

    /// Makes an infrastructure with new keys.
    ///
    /// - Parameters:
    ///   - time: When it is made; roots live 20 years, issuing authorities 10, subscribers 3.
    ///   - baseURL: Written into the certificates; must end in a slash.
    public init(
        at time: Instant, baseURL: String = "http://pki.dossier.test/", random: any RandomSource = SystemRandom()
    ) throws {
        madeAt = time
        self.baseURL = baseURL
        let profile = Profile(time: time, baseURL: baseURL)
        publicDomain = try profile.domain(
            "public", root: "DOSSIERKIT TEST National Root CA", issuing: "DOSSIERKIT TEST Public CA 1", random)
        publicDutyDomain = try profile.domain(
            "public-duty", root: "DOSSIERKIT TEST RootCA chuyên dùng công vụ",
            issuing: "DOSSIERKIT TEST CA phục vụ cơ quan Nhà nước", random)
        let commune = "ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM (TEST)"
        subscribers = [
            try profile.subscriber(
                "citizen", in: publicDomain, .elliptic(.p256),
                .vietnam(commonName: "Nguyễn Văn Thử (TEST)", identifiers: ["CCCD:001099000001"])),
            try profile.subscriber(
                "company", in: publicDomain, .rsa(bits: 2048),
                .vietnam(commonName: "CÔNG TY TNHH THỬ NGHIỆM (TEST)", identifiers: ["MST:0100000001"])),
            try profile.subscriber(
                "official", in: publicDutyDomain, .elliptic(.p384),
                .vietnam(
                    commonName: "Lê Thị Kiểm (TEST)", organization: commune, title: "Công chức tư pháp - hộ tịch",
                    identifiers: ["CCCD:001188000006"])),
            try profile.subscriber(
                "commune", in: publicDutyDomain, .rsa(bits: 2048),
                .vietnam(commonName: commune, identifiers: ["MST:0100000002"])),
            try profile.service(
                "tsa", in: publicDomain, "DOSSIERKIT TEST Time-Stamp Authority", purpose: "1.3.6.1.5.5.7.3.8"),
            try profile.service(
                "ocsp-public", in: publicDomain, "DOSSIERKIT TEST OCSP Responder (public)", purpose: "1.3.6.1.5.5.7.3.9"
            ),
            try profile.service(
                "ocsp-public-duty", in: publicDutyDomain, "DOSSIERKIT TEST OCSP Responder (public-duty)",
                purpose: "1.3.6.1.5.5.7.3.9"),
        ]
    }

    /// Both domains as trust.
    public var trust: [TrustDomain] { [publicDomain.trust, publicDutyDomain.trust] }

    /// The subscriber of a short name; `nil` when there is none.
    public func subscriber(_ name: String) -> TestSubscriber? { subscribers.first { $0.name == name } }

    /// The revocation lists of all four authorities at an instant, valid for 30 days.
    ///
    /// - Parameter revoked: Entries by the SHA-256 of the issuing authority's certificate.
    public func revocationLists(
        at time: Instant, revoked: [[UInt8]: [CertificateRevocationList.Entry]] = [:]
    ) throws -> [CertificateRevocationList] {
        try [publicDomain, publicDutyDomain].flatMap { [$0.root, $0.issuing] }.map { authority in
            try authority.revocationList(
                revoked[authority.certificate.fingerprint] ?? [], number: time.seconds, thisUpdate: time,
                nextUpdate: time.adding(seconds: 30 * 86_400))
        }
    }

    /// Everything a verifier needs besides trust: issuing certificates and lists as of an instant.
    public func material(at time: Instant) throws -> ValidationMaterial {
        ValidationMaterial(
            certificates: [publicDomain.issuing.certificate, publicDutyDomain.issuing.certificate],
            revocationLists: try revocationLists(at: time))
    }
}

/// What the certificates of a test infrastructure have in common.
private struct Profile {
    let time: Instant
    let baseURL: String
    static let year: Int64 = 365 * 86_400

    private func template(
        _ subject: NameBuilder, years: Int64, constraints: BasicConstraints? = nil, usage: KeyUsage,
        issuedBy issuer: String? = nil
    ) -> CertificateTemplate {
        var template = CertificateTemplate(
            subject: subject, notBefore: time.adding(seconds: -3600), notAfter: time.adding(seconds: years * Self.year),
            basicConstraints: constraints, keyUsage: usage)
        if let issuer {
            template.revocationListURLs = ["\(baseURL)crl/\(issuer).crl"]
            template.issuerURLs = ["\(baseURL)certificates/\(issuer).crt"]
        }
        return template
    }

    func domain(
        _ name: String, root: String, issuing: String, _ random: any RandomSource
    ) throws -> TestInfrastructure.Domain {
        let organization = "DOSSIERKIT TEST – NOT FOR REAL USE"
        let rootAuthority = try CertificateAuthority.root(
            template(
                .vietnam(commonName: root, organization: organization), years: 20,
                constraints: BasicConstraints(isAuthority: true), usage: [.keyCertSign, .crlSign]),
            key: .generate(.elliptic(.p384)), random: random)
        let authority = try rootAuthority.subordinate(
            template(
                .vietnam(commonName: issuing, organization: organization), years: 10,
                constraints: BasicConstraints(isAuthority: true, pathLength: 0), usage: [.keyCertSign, .crlSign],
                issuedBy: "\(name)-root"),
            key: .generate(.elliptic(.p256)))
        return TestInfrastructure.Domain(name: name, root: rootAuthority, issuing: authority)
    }

    func subscriber(
        _ name: String, in domain: TestInfrastructure.Domain, _ kind: SoftwareKey.Kind, _ subject: NameBuilder
    ) throws -> TestSubscriber {
        var template = template(
            subject, years: 3, usage: [.digitalSignature, .nonRepudiation], issuedBy: "\(domain.name)-issuing")
        template.responderURLs = ["\(baseURL)ocsp/\(domain.name)"]
        return try subscriber(name, in: domain, kind, template)
    }

    func service(
        _ name: String, in domain: TestInfrastructure.Domain, _ commonName: String, purpose: ObjectIdentifier
    ) throws -> TestSubscriber {
        var template = template(
            .vietnam(commonName: commonName, organization: "DOSSIERKIT TEST – NOT FOR REAL USE"), years: 5,
            usage: [.digitalSignature], issuedBy: "\(domain.name)-issuing")
        template.extendedKeyUsage = [purpose]
        template.extendedKeyUsageIsCritical = name == "tsa"
        template.needsNoRevocationCheck = name != "tsa"
        return try subscriber(name, in: domain, .elliptic(.p256), template)
    }

    private func subscriber(
        _ name: String, in domain: TestInfrastructure.Domain, _ kind: SoftwareKey.Kind, _ template: CertificateTemplate
    ) throws -> TestSubscriber {
        let key = try SoftwareKey.generate(kind)
        return TestSubscriber(
            name: name, key: key, certificate: try domain.issuing.issue(template, for: key.subjectPublicKeyInfo),
            issuer: domain.issuing.certificate)
    }
}
