// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore
public import OnceOnly

extension Vault {
    /// Makes the grant that a person's consent is about.
    ///
    /// - Parameters:
    ///   - consent: The consent, to a plan over this vault's ``evidence(judgedBy:at:)``.
    ///   - recipient: The recipient's validated card; its name must be the one that the person was shown.
    ///   - release: Who keeps the second share; must be as the person was told.
    ///   - mandate: The owner's leave, unless the owner's own secret opened the vault.
    ///   - time: Now; recorded as a claim.
    /// - Throws: ``ConsentMismatch`` when consent, vault and recipient do not fit together; as
    ///   ``DocumentVault/Vault/grant(_:under:to:release:mandate:at:)``.
    public func grant(
        _ consent: Consent, to recipient: ValidatedCard, release: GrantRelease, mandate: Mandate? = nil,
        at time: Instant
    ) async throws -> IssuedGrant {
        let question = consent.question
        guard consent.withdrawnAt == nil else { throw ConsentMismatch(.withdrawn) }
        guard question.recipient.name == recipient.card.name, question.recipient.code == recipient.card.code else {
            throw ConsentMismatch(.otherRecipient)
        }
        guard question.isUnattended == (release == .unattended) else { throw ConsentMismatch(.otherRelease) }
        var items: [GrantRequest] = []
        for disclosure in question.disclosures {
            let evidence = disclosure.evidence
            guard let id = DocumentID(evidence.id) else { throw ConsentMismatch(.otherVault) }
            let record = try await document(id)
            guard record.versions.indices.contains(evidence.version - 1),
                record.current.metadata.type == evidence.documentType
            else { throw ConsentMismatch(.otherVault) }
            items.append(
                GrantRequest(
                    DocumentReference(vault: self.id, document: id, version: record.versions[evidence.version - 1].id),
                    fields: disclosure.fields))
        }
        let terms = GrantTerms(
            procedure: question.procedure.code, dossier: question.dossier, purpose: question.purpose,
            purposeText: question.purposeText, textShown: consent.textShown, language: consent.language,
            notBefore: question.notBefore, notAfter: question.notAfter, uses: Int64(question.uses))
        return try await grant(items, under: terms, to: recipient, release: release, mandate: mandate, at: time)
    }
}
