// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import DossierKit
import PKIX
import SignatureValidation

/// What a signature is made of.
struct SignatureStructure: Encodable {
    /// A signed or unsigned attribute of a CMS signature.
    struct Attribute: Encodable {
        let oid: String
        /// The attribute's name in the standards; `nil` for one that is not known here.
        let name: String?
        let signed: Bool
        let values: Int
        /// Bytes of its DER.
        let size: Int
    }
    /// A time-stamp that bears on the signature.
    struct Stamp: Encodable {
        let id, kind: String
        let time: Instant?
        let authority, policy, digest, sha256: String?
        let formatFaults: [String]
    }

    let id, format, packaging: String
    /// What the structure allows: that there is revocation information, that a time-stamp stands over it. Whether it is
    /// complete depends on trust, and `verify` says it.
    let level: String
    let signer: CertificateStructure?
    let claimedSigningTime: Instant?
    let algorithm, digest, profile: String?
    let commitments, roles: [String]
    let coverage: SignatureCoverage
    let changesAfterSigning: [ChangeAfterSigning]
    let attributes: [Attribute]
    let timestamps: [Stamp]
    let counterSignatures: Int
    let formatFaults: [String]
    let findings: [Finding]

    init(_ facts: SignatureFacts, _ signer: SignerInfo?) {
        id = facts.id
        format = facts.format.rawValue
        packaging = facts.packaging.rawValue
        level = facts.structuralLevel?.rawValue ?? "NOT-BASELINE"
        self.signer = facts.signingCertificate.map(CertificateStructure.init)
        claimedSigningTime = facts.claimedSigningTime
        algorithm = facts.scheme?.displayName
        digest = facts.digest?.rawValue
        profile = facts.profile
        commitments = facts.commitments
        roles = facts.signerRoles
        coverage = facts.coverage
        changesAfterSigning = facts.changesAfterSigning
        let signed = (signer?.signedAttributes ?? []).map { Self.attribute($0, isSigned: true) }
        attributes = signed + (signer?.unsignedAttributes ?? []).map { Self.attribute($0, isSigned: false) }
        timestamps = facts.timeStamps.map { stamp in
            Stamp(
                id: stamp.id, kind: stamp.kind.rawValue, time: stamp.token?.information.time,
                authority: stamp.facts?.signingCertificate?.subject.commonName,
                policy: stamp.token?.information.policy.description,
                digest: stamp.token.flatMap { DigestAlgorithm($0.information.imprint.algorithm.algorithm)?.rawValue },
                sha256: stamp.token.flatMap { try? DigestAlgorithm.sha256.digest(of: $0.bytes) }.map(
                    Hexadecimal.encode),
                formatFaults: stamp.formatFaults.map(\.code))
        }
        counterSignatures = facts.counterSignatures.count
        formatFaults = facts.formatFaults.map(\.code)
        findings = facts.findings
    }

    private static func attribute(_ attribute: CMSAttribute, isSigned: Bool) -> Attribute {
        let oid = attribute.type.description
        return Attribute(
            oid: oid, name: names[oid], signed: isSigned, values: attribute.values.count, size: attribute.bytes.count)
    }

    private static let names = [
        "1.2.840.113549.1.9.3": "content-type", "1.2.840.113549.1.9.4": "message-digest",
        "1.2.840.113549.1.9.5": "signing-time", "1.2.840.113549.1.9.6": "counter-signature",
        "1.2.840.113549.1.9.52": "cms-algorithm-protection", "1.2.840.113549.1.9.16.2.12": "signing-certificate",
        "1.2.840.113549.1.9.16.2.14": "signature-time-stamp",
        "1.2.840.113549.1.9.16.2.15": "signature-policy-identifier",
        "1.2.840.113549.1.9.16.2.16": "commitment-type-indication",
        "1.2.840.113549.1.9.16.2.17": "signer-location", "1.2.840.113549.1.9.16.2.18": "signer-attributes",
        "1.2.840.113549.1.9.16.2.20": "content-time-stamp",
        "1.2.840.113549.1.9.16.2.21": "complete-certificate-references",
        "1.2.840.113549.1.9.16.2.22": "complete-revocation-references",
        "1.2.840.113549.1.9.16.2.23": "certificate-values", "1.2.840.113549.1.9.16.2.24": "revocation-values",
        "1.2.840.113549.1.9.16.2.25": "cades-c-time-stamp",
        "1.2.840.113549.1.9.16.2.47": "signing-certificate-v2", "1.2.840.113549.1.9.16.2.48": "archive-time-stamp-v2",
        "0.4.0.1733.2.4": "archive-time-stamp-v3", "0.4.0.1733.2.5": "ats-hash-index",
        "0.4.0.19122.1.1": "signer-attributes-v2", "0.4.0.19122.1.5": "ats-hash-index-v3",
        "1.2.840.113583.1.1.8": "revocation-info-archival",
    ]
}

extension SignatureFacts {
    /// The level that the structure allows, whatever is trusted; `nil` for a signature of no baseline form.
    var structuralLevel: BaselineLevel? {
        guard level == .t else { return level }
        let material = longTermMaterial
        guard !material.revocationLists.isEmpty || !material.ocspResponses.isEmpty else { return level }
        let isArchived = timeStamps.contains { stamp in
            [.archive, .document].contains(stamp.kind) && stamp.formatFaults.isEmpty
                && stamp.covers.contains { [.revocationList, .ocspResponse].contains($0.kind) }
        }
        return isArchived ? .lta : .lt
    }
}
