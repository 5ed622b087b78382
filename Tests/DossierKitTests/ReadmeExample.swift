// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

// One import is enough: this file is the README's example and must not need another.
import DossierKit

enum ReadmeExample {
    // swift-format-ignore
    static func handIn(
        _ form: Attachment, by signer: some Signer, trusting domains: [TrustDomain], with material: ValidationMaterial,
        keeping vault: Vault, _ types: DocumentTypeCatalogue, for applicant: Applicant, _ procedure: Procedure, at now: Instant
    ) async throws -> (sealed: SealedDossier, report: FileReport, plan: ReusePlan) {
        let today = now.date(atOffset: vietnamOffset), due = today.adding(days: 7)
        // README-BEGIN
        let dossier = Dossier(code: "T01-0001", for: .init(code: "1.004222", version: "2026-07-01"), attachments: [form])
        let check = SignerCheck(trusting: domains, material: material, policy: .vietnam2026)
        let sealed = try await dossier.signed(by: signer, checking: check, at: now)

        let validator = SignatureValidator(trusting: domains, policy: .vietnam2026, material: material)
        let signed = sealed.attachments[0].source
        let report = try FileReport(path: form.name, source: signed, validator: validator, at: now)
        for signature in report.report?.signatures ?? [] { print(signature.explanation(in: .vietnamese)) }

        let paper = DocumentMetadata(type: form.type, name: form.name, mediaType: "application/pdf")
        _ = try await vault.store(signed, metadata: paper, provenance: .verified(report, source: .selfUpload), at: now)
        let evidence = try EvidenceSet(try await vault.evidence(judgedBy: validator, at: now), types: types)
        let plan = procedure.plan(using: evidence, for: applicant, on: today, decisionBy: due)
        for gap in plan.gaps { print(gap.explanation[.vietnamese]) }
        // README-END
        return (sealed, report, plan)
    }
}
