// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// A signer, a time-stamp authority and all material, with new keys, and files signed with them at every level.
struct TestFiles {
    /// When signers sign; time-stamps come a minute later, material and judgement an hour later.
    static let signing = Chain.time
    static let gathered = signing.adding(seconds: 3_600)
    static let judged = signing.adding(seconds: 3_720)

    let trust: [TrustDomain]
    let signer: SoftwareSigner
    /// Lists and responses as of ``gathered``.
    let material: ValidationMaterial
    private let authority: TimeStampAuthority
    private let chain: Chain?

    /// A subscriber of the test infrastructure: P-384 at the root, P-256 and RSA-2048 below it, lists and OCSP.
    init(subscriber name: String) throws {
        let infrastructure = try TestInfrastructure(at: Self.signing)
        // RSA as most tokens have it.
        let scheme: SignatureScheme? = name == "company" ? .rsaPKCS1(.sha256) : nil
        guard let signer = try infrastructure.subscriber(name)?.signer(scheme) else {
            throw PeerRefused(what: "no \(name)")
        }
        self.signer = signer
        chain = nil
        trust = infrastructure.trust
        authority = try infrastructure.timeStampAuthority()
        var material = try infrastructure.material(at: Self.gathered)
        for domain in [infrastructure.publicDomain, infrastructure.publicDutyDomain] {
            let responder = try infrastructure.ocspResponder(for: domain)
            material.ocspResponses += try infrastructure.subscribers.filter { $0.issuer == domain.issuing.certificate }
                .map { try responder.response(about: $0.certificate, at: Self.gathered) }
        }
        self.material = material
    }

    /// Root, issuing authority, signer and time-stamp authority with keys of one kind, and lists of both authorities.
    init(_ kind: SoftwareKey.Kind, _ scheme: SignatureScheme) throws {
        let chain = try Chain(kind, scheme: scheme)
        self.chain = chain
        let key = try SoftwareKey.generate(kind)
        var template = Chain.template("DOSSIERKIT TEST Bench TSA", nil)
        template.keyUsage = [.digitalSignature]
        template.extendedKeyUsage = [.timeStampingPurpose]
        template.extendedKeyUsageIsCritical = true
        authority = TimeStampAuthority(
            key: key, certificate: try chain.issuing.issue(template, for: key.subjectPublicKeyInfo),
            chain: [chain.issuing.certificate])
        signer = chain.signer
        trust = [chain.domain]
        material = ValidationMaterial(
            certificates: [chain.issuing.certificate],
            revocationLists: try [chain.root, chain.issuing].map {
                try $0.revocationList(
                    thisUpdate: Self.gathered, nextUpdate: Self.gathered.adding(seconds: 30 * 86_400))
            })
    }

    func level(_ level: BaselineLevel) -> SigningLevel {
        let stamping = authority.stamping(at: Self.signing.adding(seconds: 60))
        let resources = ExtensionResources(timeStamps: stamping, trusting: trust, material: material)
        switch level {
        case .b: return .b
        case .t: return .t(stamping)
        case .lt: return .lt(resources)
        case .lta: return .lta(resources)
        }
    }

    func signedPDF(_ pdf: [UInt8], _ level: BaselineLevel) async throws -> [UInt8] {
        try await PDFDocument(parsing: MemorySource(pdf)).signed(
            by: signer, claiming: Self.signing, level: self.level(level))
    }

    /// The same PDF signed by subscribers of one authority, each with a new key, at B-B.
    func signedPDFs(_ pdf: [UInt8], count: Int) async throws -> [[UInt8]] {
        guard let chain else { throw PeerRefused(what: "no authority of one kind of key") }
        var signed: [[UInt8]] = []
        for _ in 0..<count {
            let document = try PDFDocument(parsing: MemorySource(pdf))
            signed.append(try await document.signed(by: chain.anotherSigner(), claiming: Self.signing, level: .b))
        }
        return signed
    }

    /// Judges with what the files bring along, or with lists and issuers from elsewhere.
    func validator(offline: Bool) -> SignatureValidator {
        SignatureValidator(
            trusting: trust, policy: .etsi2026, material: offline ? ValidationMaterial() : material,
            revocation: .required)
    }
}
