// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport

/// Has pyHanko sign a sample with keys and authorities of the test infrastructure (`Tests/Python/peers/sign.py`).
struct PeerSigner {
    struct Job {
        /// A level, or an older form; as the script has it.
        var kind: String
        var signer: SoftwareKey.Kind
        var usesPSS = false
        var digest = "sha256"
        var isStamped = true
        var bindsCertificate = true
        /// Whether revocation is stated by OCSP responses besides lists.
        var usesResponses = false
        /// Whether the lists in the attribute are others, which revoke the signer's certificate.
        var isRevoked = false
    }
    /// What came of a job.
    struct Made {
        let job: Job
        let bytes: [UInt8]
        let signer: Certificate
    }

    static let signing = MatrixSamples.signing
    static let stamped = signing.adding(seconds: 60)
    static let listed = signing.adding(seconds: 30)
    static let judged = signing.adding(seconds: 3_720)

    let infrastructure: TestInfrastructure
    /// pyHanko's own authority for tests signs with RSA only.
    let stamper: TestSubscriber

    init() throws {
        infrastructure = try TestInfrastructure(at: Self.signing)
        let key = try SoftwareKey.generate(.rsa(bits: 2048))
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "TEST pyHanko TSA"), notBefore: Self.signing.adding(seconds: -60),
            notAfter: Self.signing.adding(seconds: 86_400 * 365), keyUsage: [.digitalSignature],
            extendedKeyUsage: infrastructure.subscriber("tsa")?.certificate.extendedKeyUsage ?? [])
        template.extendedKeyUsageIsCritical = true
        let issuing = infrastructure.publicDomain.issuing
        stamper = TestSubscriber(
            name: "pyhanko-tsa", key: key, certificate: try issuing.issue(template, for: key.subjectPublicKeyInfo),
            issuer: issuing.certificate)
    }

    /// What pyHanko has at hand when it signs.
    func material(about signer: Certificate, isRevoked: Bool, usesResponses: Bool) throws -> ValidationMaterial {
        let domain = infrastructure.publicDomain
        let entry = CertificateRevocationList.Entry(
            serialNumber: signer.serialNumber, revocationDate: Self.signing.adding(seconds: -3_600),
            reason: .keyCompromise)
        let lists = try infrastructure.revocationLists(
            at: Self.listed, revoked: isRevoked ? [domain.issuing.certificate.fingerprint: [entry]] : [:])
        var material = ValidationMaterial(
            certificates: [domain.issuing.certificate],
            revocationLists: lists.filter {
                $0.issuer == domain.root.certificate.subject || $0.issuer == domain.issuing.certificate.subject
            })
        if usesResponses {
            let responder = try infrastructure.ocspResponder(for: domain)
            material.ocspResponses = try [signer, stamper.certificate].map {
                try responder.response(about: $0, at: Self.listed)
            }
        }
        return material
    }

    /// Signs; `nil` after saying that pyHanko is not there. The second member says why a job has no file.
    func sign(_ jobs: [Job], _ sample: String = "marriage-certificate") throws -> (made: [Made], errors: [String?])? {
        let folder = try TemporaryFolder()
        let domain = infrastructure.publicDomain
        let pdf = Corpora.packageRoot.appending(path: "testvectors/pdfs/\(sample).pdf").path()
        let chain = try folder.write(domain.issuing.certificate.bytes, as: "issuing")
        let root = try folder.write(domain.root.certificate.bytes, as: "root")
        let stamperKey = try folder.write(Array(stamper.key.dangerouslyUnprotectedPEM().utf8), as: "tsa-key")
        let stamperPath = try folder.write(stamper.certificate.bytes, as: "tsa")
        var signers: [Certificate] = []
        let requests = try jobs.enumerated().map { index, job -> [String: Any] in
            let key = try SoftwareKey.generate(job.signer)
            let template = CertificateTemplate(
                subject: .vietnam(commonName: "Nguyễn Văn Thử (TEST)"),
                notBefore: Self.signing.adding(seconds: -86_400),
                notAfter: Self.signing.adding(seconds: 1_000 * 86_400), keyUsage: [.digitalSignature, .nonRepudiation])
            let certificate = try domain.issuing.issue(template, for: key.subjectPublicKeyInfo)
            signers.append(certificate)
            let known = try material(about: certificate, isRevoked: false, usesResponses: job.usesResponses)
            let embedded = try material(about: certificate, isRevoked: true, usesResponses: false).revocationLists
            return [
                "pdf": pdf, "output": folder.path("\(index).pdf"), "kind": job.kind, "pss": job.usesPSS,
                "digest": job.digest, "bindsCertificate": job.bindsCertificate,
                "key": try folder.write(Array(key.dangerouslyUnprotectedPEM().utf8), as: "\(index)-key"),
                "certificate": try folder.write(certificate.bytes, as: "\(index)-certificate"), "chain": [chain],
                "roots": [root],
                "lists": try known.revocationLists.enumerated().map {
                    try folder.write($1.bytes, as: "\(index)-\($0).crl")
                },
                "embeddedLists": try (job.isRevoked ? embedded : []).enumerated().map {
                    try folder.write($1.bytes, as: "\(index)-\($0)-embedded.crl")
                },
                "responses": try known.ocspResponses.enumerated().map {
                    try folder.write($1.bytes, as: "\(index)-\($0).ocsp")
                },
                "stamper": job.isStamped ? stamperPath as Any : NSNull(), "stamperKey": stamperKey,
                "time": Self.stamped.seconds, "stampTime": Self.stamped.seconds,
            ]
        }
        let outcome = try PythonPeer.run(
            "Tests/Python/peers/sign.py", input: JSONSerialization.data(withJSONObject: ["jobs": requests]),
            cases: "\(jobs.count) PDFs signed by pyHanko")
        guard let outcome else { return nil }
        let errors = (try? JSONDecoder().decode([String?].self, from: outcome.output)) ?? []
        guard errors.count == jobs.count else { throw PeerFailed(errors: outcome.errors) }
        let made = try jobs.indices.filter { errors[$0] == nil }.map {
            Made(job: jobs[$0], bytes: try folder.read("\($0).pdf"), signer: signers[$0])
        }
        return (made, errors)
    }

    /// Authorities and material for raising a signature further.
    func resources(for signer: Certificate) throws -> ExtensionResources {
        var material = try infrastructure.material(at: Self.signing.adding(seconds: 3_600))
        let responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        material.ocspResponses = [try responder.response(about: signer, at: Self.signing.adding(seconds: 3_600))]
        return ExtensionResources(
            timeStamps: SteppingAuthority(
                authority: try infrastructure.timeStampAuthority(), first: Self.signing.adding(seconds: 3_600),
                then: Self.signing.adding(seconds: 3_660)),
            trusting: infrastructure.trust, material: material)
    }

    struct PeerFailed: Error { let errors: String }
}
