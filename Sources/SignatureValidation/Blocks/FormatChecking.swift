// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// FC, EN 319 102-1 §5.2.2: the structure conforms, and nothing was changed after signing that may not be.
enum FormatChecking {
    static func block(_ facts: SignatureFacts, _ policy: ValidationPolicy) -> BuildingBlock {
        var block = BuildingBlock()
        for fault in facts.formatFaults { block.add(Check(false, else: .formatFailure, .formatFault(fault))) }
        for change in facts.changesAfterSigning {
            block.add(
                Check(
                    change.allowed, policy.level(of: .changeAfterSigning), else: .formatFailure,
                    .changedAfterSigning(revision: change.revision, objects: change.objects)))
        }
        let isCovered = facts.coverage.scope == .entireFile || facts.coverage.scope == .entireRevision
        block.add(Check(isCovered, policy.level(of: .coverage), else: .formatFailure, .notFullyCovered))
        return block
    }
}

/// ISC, EN 319 102-1 §5.2.3: the signing certificate is known and bound by the signature.
enum SigningCertificateIdentification {
    static func block(_ facts: SignatureFacts, _ policy: ValidationPolicy) -> BuildingBlock {
        guard facts.signingCertificate != nil else {
            return BuildingBlock([Check(false, else: .noSigningCertificateFound, .noSigningCertificate)])
        }
        return BuildingBlock([
            Check(facts.obsoleteForm == nil, else: .sigConstraintsFailure, .obsoleteForm(facts.obsoleteForm ?? "")),
            Check(!facts.signsContentDirectly, else: .sigConstraintsFailure, .signedAttributesMissing),
            Check(
                facts.bindsSigningCertificate || facts.signsContentDirectly,
                policy.level(of: .signingCertificateReference), else: .noSigningCertificateFound,
                .noCertificateReference),
        ])
    }
}

/// VCI, EN 319 102-1 §5.2.4: the signature policy that the signature names can be applied.
enum ValidationContextInitialisation {
    static func block(_ facts: SignatureFacts, _ policy: ValidationPolicy) -> BuildingBlock {
        guard let stated = facts.signaturePolicy else { return BuildingBlock() }
        let name = stated.identifier ?? "–"
        return BuildingBlock([
            Check(stated.status != .unreadable, else: .policyProcessingError, .signaturePolicyUnreadable),
            Check(stated.status != .differs, else: .policyProcessingError, .signaturePolicyDiffers(name)),
            Check(
                stated.status != .notAvailable, policy.level(of: .signaturePolicyAvailable),
                else: .signaturePolicyNotAvailable, .signaturePolicyNotAvailable(name)),
        ])
    }
}

/// CV, EN 319 102-1 §5.2.7: references, then the signature value.
enum CryptographicVerification {
    static func block(_ facts: SignatureFacts) -> BuildingBlock {
        // Over the attributes the value can be checked without the content; a failure outweighs the missing content.
        let isValueWrong = facts.value == .invalid
        return BuildingBlock([
            Check(facts.reference != .broken, else: .hashFailure, .digestMismatch),
            Check(facts.reference == .broken || !isValueWrong, else: .sigCryptoFailure, .signatureValueInvalid),
            Check(
                facts.reference != .notFound || isValueWrong || facts.hasUnknownDigest, else: .signedDataNotFound,
                .signedDataNotFound),
            // Without a certificate ISC has said so already; without content or digest the value is beside the point.
            Check(
                (facts.value != .unknown || facts.signingCertificate == nil || facts.reference != .intact)
                    && (!facts.hasUnknownDigest || isValueWrong),
                else: .cryptoConstraintsFailureNoPOE, .signatureAlgorithmUnknown),
        ])
    }
}
