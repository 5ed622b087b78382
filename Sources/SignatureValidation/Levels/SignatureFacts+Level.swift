// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

extension SignatureFacts {
    /// The level that the file alone gives the signature, with what keeps it from a higher one.
    ///
    /// B-LT needs complete material inside the file, B-LTA an archive or document time-stamp that covers all of it. Where
    /// some material for later validation is there but not all, the level stays B-T and `lt-material-incomplete` names what is
    /// missing. ``level`` is the level by structure and at most B-T.
    ///
    /// - Parameters:
    ///   - domains: What paths may end in.
    ///   - time: The time of judgement.
    public func reachedLevel(
        trusting domains: [TrustDomain], at time: Instant
    ) -> (level: BaselineLevel?, findings: [Finding]) {
        reachedLevel(trusting: domains, at: time, verified: VerifiedSignatures(), within: VerificationAllowance()) {
            _, _, _ in nil
        }
    }

    /// - Parameter paths: As in ``LongTermMaterial``.
    func reachedLevel(
        trusting domains: [TrustDomain], at time: Instant, verified: VerifiedSignatures,
        within allowance: VerificationAllowance, knowing paths: LongTermMaterial.KnownPaths
    ) -> (level: BaselineLevel?, findings: [Finding]) {
        guard let level, level >= .t else { return (level, []) }
        // A signature that was never meant to have material of its own is not reproached with lacking it.
        guard !longTermMaterial.revocationLists.isEmpty || !longTermMaterial.ocspResponses.isEmpty else {
            return (.t, [])
        }
        let needed = LongTermMaterial(
            for: self, trusting: domains, from: longTermMaterial, at: time, verified: verified, within: allowance,
            knowing: paths)
        guard needed.isComplete else { return (.t, needed.findings) }
        let objects = Set(needed.material.validationObjects)
        let isArchived = timeStamps.contains { stamp in
            guard stamp.kind == .archive || stamp.kind == .document, stamp.holds else { return false }
            return objects.isSubset(of: Set(stamp.covers).union(stamp.material.validationObjects))
        }
        return (isArchived ? .lta : .lt, needed.findings)
    }
}

extension AttachedTimeStamp {
    /// Whether structure, imprint and value hold; the authority's path is not judged.
    public var holds: Bool { formatFaults.isEmpty && facts?.faults.isEmpty == true }
}
