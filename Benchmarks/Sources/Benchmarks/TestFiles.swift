// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import PAdES
import PKIX
import SignatureValidation
import TestPKI

/// A synthetic infrastructure with new keys, and files signed with it at every level.
struct TestFiles {
    /// When signers sign; time-stamps come a minute later, material and judgement an hour later.
    static let signing = Chain.time
    static let gathered = signing.adding(seconds: 3_600)
    static let judged = signing.adding(seconds: 3_720)

    let infrastructure: TestInfrastructure
    /// Lists and responses as of ``gathered``.
    let material: ValidationMaterial

    init() throws {
        infrastructure = try TestInfrastructure(at: Self.signing)
        var material = try infrastructure.material(at: Self.gathered)
        for domain in [infrastructure.publicDomain, infrastructure.publicDutyDomain] {
            let responder = try infrastructure.ocspResponder(for: domain)
            material.ocspResponses += try infrastructure.subscribers.filter { $0.issuer == domain.issuing.certificate }
                .map { try responder.response(about: $0.certificate, at: Self.gathered) }
        }
        self.material = material
    }

    var resources: ExtensionResources {
        get throws {
            let authority = try infrastructure.timeStampAuthority().stamping(at: Self.signing.adding(seconds: 60))
            return ExtensionResources(timeStamps: authority, trusting: infrastructure.trust, material: material)
        }
    }

    func level(_ level: BaselineLevel) throws -> SigningLevel {
        switch level {
        case .b: .b
        case .t: .t(try resources.timeStamps)
        case .lt: .lt(try resources)
        case .lta: .lta(try resources)
        }
    }

    func signedPDF(
        _ pdf: [UInt8], by name: String = "citizen", _ level: BaselineLevel
    ) async throws -> [UInt8] {
        // RSA as most tokens have it.
        let scheme: SignatureScheme? = name == "company" ? .rsaPKCS1(.sha256) : nil
        guard let signer = try infrastructure.subscriber(name)?.signer(scheme) else {
            throw PeerRefused(what: "no \(name)")
        }
        return try await PDFDocument(parsing: MemorySource(pdf)).signed(
            by: signer, claiming: Self.signing, level: self.level(level))
    }

    /// Judges with what the files bring along, and lists and issuers for those that bring nothing.
    func validator(offline: Bool) -> SignatureValidator {
        SignatureValidator(
            trusting: infrastructure.trust, policy: .etsi2026, material: offline ? ValidationMaterial() : material,
            revocation: .required)
    }
}
