// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// The test infrastructure with signers of every kind of key.
struct SignatureFixture: Sendable {
    static let shared = Result { try SignatureFixture() }
    /// 2026-11-21T00:00:00Z.
    static let now = Instant(seconds: 1_795_219_200)
    static let content = Array("Nội dung của hồ sơ thử nghiệm\n".utf8)

    let infrastructure: TestInfrastructure
    let material: ValidationMaterial
    let citizen: SoftwareSigner
    let company: SoftwareSigner

    private init() throws {
        infrastructure = try TestInfrastructure(at: Self.now)
        material = try infrastructure.material(at: Self.now)
        citizen = try infrastructure.require("citizen").signer()
        company = try infrastructure.require("company").signer()
    }

    /// A signer below the public authority with a key of its own.
    func signer(
        _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme? = nil,
        _ change: (inout CertificateTemplate) -> Void = { _ in }
    ) throws -> SoftwareSigner {
        let key = try SoftwareKey.generate(kind)
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "Nguyễn Văn Thử (TEST)", identifiers: ["CCCD:001099000001"]),
            notBefore: Self.now.adding(seconds: -86_400), notAfter: Self.now.adding(seconds: 365 * 86_400),
            keyUsage: [.digitalSignature, .nonRepudiation])
        change(&template)
        let issuing = infrastructure.publicDomain.issuing
        return try SoftwareSigner(
            key: key, certificate: issuing.issue(template, for: key.subjectPublicKeyInfo),
            chain: [issuing.certificate], scheme: scheme)
    }

    func validator(
        material: ValidationMaterial? = nil, trust: [TrustDomain]? = nil, policy: ValidationPolicy = .vietnam2026,
        revocation: RevocationMode = .required
    ) -> SignatureValidator {
        SignatureValidator(
            trusting: trust ?? infrastructure.trust, policy: policy, material: material ?? self.material,
            revocation: revocation)
    }

    /// The verdict on a signature file with one signature.
    func judge(
        _ signature: [UInt8], content: [UInt8]? = SignatureFixture.content, at time: Instant = SignatureFixture.now,
        with validator: SignatureValidator? = nil
    ) throws -> Verdict {
        let document = try CAdESDocument(parsing: signature, content: content.map { MemorySource($0) })
        let report = try (validator ?? self.validator()).validate(document, at: time)
        return Verdict(report)
    }

    func detached(_ signer: some Signer, content: [UInt8] = SignatureFixture.content) async throws -> [UInt8] {
        try await CAdESSignature.detached(over: MemorySource(content), by: signer, claiming: Self.now)
    }
}

/// Indication and sub-indication, comparable in one step.
struct Verdict: Equatable, CustomStringConvertible {
    let indication: Indication?
    let subIndication: SubIndication?
    let codes: [String]

    init(_ report: DocumentReport) {
        indication = report.indication
        subIndication = report.subIndication
        codes = report.signatures.flatMap { $0.findings.map(\.code) }
    }

    init(_ indication: Indication, _ subIndication: SubIndication? = nil) {
        self.indication = indication
        self.subIndication = subIndication
        codes = []
    }

    static let passed = Verdict(.totalPassed)
    static func failed(_ sub: SubIndication) -> Verdict { Verdict(.totalFailed, sub) }
    static func open(_ sub: SubIndication) -> Verdict { Verdict(.indeterminate, sub) }

    static func == (left: Verdict, right: Verdict) -> Bool {
        left.indication == right.indication && left.subIndication == right.subIndication
    }
    var description: String {
        (indication?.rawValue ?? "none") + (subIndication.map { "/\($0.rawValue)" } ?? "") + " \(codes)"
    }
}

struct MissingSubscriber: Error { let name: String }

extension TestInfrastructure {
    func require(_ name: String) throws -> TestSubscriber {
        guard let found = subscriber(name) else { throw MissingSubscriber(name: name) }
        return found
    }
}
