// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The members that other tools rely on; absent values are written as `null`, never left out.
extension SignatureReport: Encodable {
    private enum Key: String, CodingKey {
        case id, format, level, packaging, indication, subIndication, signer, issuer, managingUnit, trustDomain
        case certificateNotBefore, certificateNotAfter, claimedSigningTime, bestSignatureTime, bestSignatureTimeSource
        case integrity, validAtSigningTime, validAtClaimedTime, coverage, changesAfterSigning, conformity, findings
        case timestamps, qualification, revocationMode, materialIds, renewBefore
        case profile, criteria, signerMatch, existenceProof, remedy, fields
    }
    private enum SignerKey: String, CodingKey { case commonName, subject, identifiers }
    private enum ConformityKey: String, CodingKey { case conformant, findings }
    private enum QualificationKey: String, CodingKey { case status }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(facts.id, forKey: .id)
        try container.encode(facts.format, forKey: .format)
        try container.encode(facts.level?.rawValue ?? "NOT-BASELINE", forKey: .level)
        try container.encode(facts.packaging, forKey: .packaging)
        try container.encode(indication, forKey: .indication)
        try container.encode(subIndication, forKey: .subIndication)
        let certificate = facts.signingCertificate
        if let certificate {
            var signer = container.nestedContainer(keyedBy: SignerKey.self, forKey: .signer)
            try signer.encode(certificate.subject.commonName, forKey: .commonName)
            try signer.encode(certificate.subject.maskedDescription, forKey: .subject)
            try signer.encode(signerIdentifiers, forKey: .identifiers)
        } else {
            try container.encodeNil(forKey: .signer)
        }
        try container.encode(certificate?.issuer.description, forKey: .issuer)
        try container.encode(managingUnit, forKey: .managingUnit)
        try container.encode(path?.trustDomain, forKey: .trustDomain)
        try container.encode(certificate?.notBefore, forKey: .certificateNotBefore)
        try container.encode(certificate?.notAfter, forKey: .certificateNotAfter)
        try container.encode(facts.claimedSigningTime, forKey: .claimedSigningTime)
        try container.encode(bestSignatureTime, forKey: .bestSignatureTime)
        try container.encode(bestSignatureTimeSource, forKey: .bestSignatureTimeSource)
        try container.encode(integrity, forKey: .integrity)
        try container.encode(validAtSigningTime, forKey: .validAtSigningTime)
        try container.encode(validAtClaimedTime, forKey: .validAtClaimedTime)
        try container.encode(facts.coverage, forKey: .coverage)
        try container.encode(facts.changesAfterSigning, forKey: .changesAfterSigning)
        var conformity = container.nestedContainer(keyedBy: ConformityKey.self, forKey: .conformity)
        try conformity.encode(conformityFindings.isEmpty, forKey: .conformant)
        try conformity.encode(conformityFindings, forKey: .findings)
        try container.encode(findings, forKey: .findings)
        try container.encode(timeStamps, forKey: .timestamps)
        var qualification = container.nestedContainer(keyedBy: QualificationKey.self, forKey: .qualification)
        try qualification.encode("not-assessed", forKey: .status)
        try container.encode(revocationMode, forKey: .revocationMode)
        try container.encode(materialIds, forKey: .materialIds)
        try container.encode(renewBefore, forKey: .renewBefore)
        try container.encode(facts.profile, forKey: .profile)
        try container.encode(criteria, forKey: .criteria)
        try container.encode(signerMatch, forKey: .signerMatch)
        try container.encode(
            bestSignatureTimeSource == .caller ? proofSource : nil, forKey: .existenceProof)
        try container.encode(remedy, forKey: .remedy)
        var fields = container.nestedContainer(keyedBy: FieldKey.self, forKey: .fields)
        for field in requiredFields { try fields.encode(field.value, forKey: FieldKey(field.key)) }
    }

    private struct FieldKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ key: ReportField.Key) { stringValue = key.rawValue }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// SHA-256 of the certificates of the path, which the evidence refers to.
    private var materialIds: [String] { (path?.chain ?? []).map { Hexadecimal.encode($0.certificate.fingerprint) } }
}
