// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import PKIX
import SignatureValidation

/// What `verify` asks about every file.
struct VerifyQuestion: Sendable {
    /// What came of it for one file.
    struct Answer: Sendable {
        let report: FileReport
        var problem: CommandFailure?
        /// The file as it was judged, and what it was judged with.
        var file: OpenedFile?
        var material = ValidationMaterial()
        var proofs: [ExistenceProof] = []
    }

    let validator: SignatureValidator
    let online: OnlineOptions
    let time: Instant
    /// When the operator says that the files existed.
    let existed: Instant?
    let expected: ExpectedSigner?
    /// Of encrypted PDFs.
    let password: String?

    /// A file that cannot be judged gives its own object with `error`; the others are still judged.
    func judge(_ input: VerifyInput) async -> Answer {
        do {
            let opened = try input.open(password: password)
            let informed = try await completed(for: opened.file)
            let proofs = proofs(for: opened.file)
            var report = try FileReport(
                opened.file, validator: informed.validator, at: time, existence: proofs, expecting: expected,
                findings: informed.remarks)
            report.contentFile = opened.contentFile
            report.signatureFile = opened.signatureFile
            return Answer(
                report: report, file: opened.file, material: informed.validator.material, proofs: proofs)
        } catch {
            let problem = CommandFailure(error, path: input.path)
            return Answer(
                report: FileReport(path: input.path, format: nil, sha256: nil, report: nil, error: problem.message),
                problem: problem)
        }
    }

    private func proofs(for file: OpenedFile) -> [ExistenceProof] {
        guard let existed, let digest = Hexadecimal.decode(file.sha256) else { return [] }
        return [ExistenceProof(digest: digest, time: existed, source: "--existed-at")]
    }

    /// The validator with what services gave for one file; the same without `--online`.
    private func completed(for file: OpenedFile) async throws -> (validator: SignatureValidator, remarks: [Finding]) {
        // The facts cost a verification of their own, so they are not asked for in vain.
        guard online.online else { return (validator, []) }
        let enclosed = try file.enclosed(with: validator.material)
        let completed = try await online.completing(
            validator.material.merging(enclosed.material), for: enclosed.signers, trusting: validator.domains, at: time)
        let informed = SignatureValidator(
            trusting: validator.domains, policy: validator.policy, material: completed.material,
            revocation: validator.revocation, clock: validator.clock)
        return (informed, completed.remarks)
    }
}
