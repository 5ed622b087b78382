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
        let paper = DocumentMetadata(type: form.type, name: form.name, mediaType: "application/pdf")
        // README-BEGIN
        let validator = SignatureValidator(trusting: domains, policy: .vietnam2026, material: material)
        let dossier = Dossier(code: "T01-0001", for: .init(code: "1.004222", version: "2025-07-01"), attachments: [form])
        let sealed = try await dossier.signed(by: signer, checking: SignerCheck(validator), at: now)
        let report = try FileReport(path: form.name, source: sealed.attachments[0].source, validator: validator, at: now)
        for signature in report.report?.signatures ?? [] { print(signature.explanation(in: .vietnamese)) }
        let origin = try Provenance.verified(report, source: .selfUpload)
        _ = try await vault.store(sealed.attachments[0].source, metadata: paper, provenance: origin, at: now)
        let evidence = try EvidenceSet(try await vault.evidence(judgedBy: validator, at: now), types: types)
        let plan = procedure.plan(using: evidence, for: applicant, on: today, decisionBy: due)
        for gap in plan.gaps { print(gap.explanation[.vietnamese]) }
        // README-END
        return (sealed, report, plan)
    }
}
