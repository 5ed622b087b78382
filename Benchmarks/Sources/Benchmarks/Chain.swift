// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI

/// Root, issuing authority and signer of one kind of key, with the lists of both authorities.
struct Chain {
    /// 2026-11-21T00:00:00Z.
    static let time = Instant(seconds: 1_795_219_200)
    private static let day: Int64 = 86_400

    let root: CertificateAuthority
    let issuing: CertificateAuthority
    let signer: SoftwareSigner
    let signerKey: SoftwareKey
    let lists: [CertificateRevocationList]
    private let kind: SoftwareKey.Kind
    private let scheme: SignatureScheme

    /// Makes new keys.
    ///
    /// - Parameter authorities: Kind and scheme of the authorities; `nil` for the signer's.
    init(
        _ kind: SoftwareKey.Kind, scheme: SignatureScheme, authorities: (SoftwareKey.Kind, SignatureScheme)? = nil
    ) throws {
        (self.kind, self.scheme) = (kind, scheme)
        let (authorityKind, authorityScheme) = authorities ?? (kind, scheme)
        root = try CertificateAuthority.root(
            Self.template("DOSSIERKIT TEST Bench Root", BasicConstraints(isAuthority: true)),
            key: .generate(authorityKind), scheme: authorityScheme)
        let issuingKey = try SoftwareKey.generate(authorityKind)
        issuing = try CertificateAuthority(
            key: issuingKey,
            certificate: root.issue(
                Self.template("DOSSIERKIT TEST Bench CA", BasicConstraints(isAuthority: true, pathLength: 0)),
                for: issuingKey.subjectPublicKeyInfo),
            scheme: authorityScheme)
        signerKey = try SoftwareKey.generate(kind)
        signer = try Self.signer(signerKey, scheme, by: issuing)
        lists = try [root, issuing].map {
            try $0.revocationList(
                thisUpdate: Self.time, nextUpdate: Self.time.adding(seconds: 30 * Self.day))
        }
    }

    private static func signer(
        _ key: SoftwareKey, _ scheme: SignatureScheme, by issuing: CertificateAuthority
    ) throws -> SoftwareSigner {
        try SoftwareSigner(
            key: key,
            certificate: issuing.issue(template("Nguyễn Văn Thử (TEST)", nil), for: key.subjectPublicKeyInfo),
            chain: [issuing.certificate], scheme: scheme)
    }

    /// Another subscriber of the same authority, with a new key.
    func anotherSigner() throws -> SoftwareSigner { try Self.signer(.generate(kind), scheme, by: issuing) }

    var domain: TrustDomain { TrustDomain(name: "public", anchors: [root.certificate]) }
    var material: ValidationMaterial {
        ValidationMaterial(certificates: [issuing.certificate], revocationLists: lists)
    }

    static func template(_ commonName: String, _ constraints: BasicConstraints?) -> CertificateTemplate {
        CertificateTemplate(
            subject: .vietnam(commonName: commonName, organization: "DOSSIERKIT TEST – NOT FOR REAL USE"),
            notBefore: time.adding(seconds: -day), notAfter: time.adding(seconds: 365 * day),
            basicConstraints: constraints,
            keyUsage: constraints == nil ? [.digitalSignature, .nonRepudiation] : [.keyCertSign, .crlSign])
    }
}
