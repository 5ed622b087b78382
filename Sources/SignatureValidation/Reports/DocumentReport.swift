// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The verdict on one document with all its signatures.
public struct DocumentReport: Sendable {
    /// The policy that was applied.
    public let policy: ValidationPolicy
    /// The instant of judgement.
    public let validationTime: Instant
    /// One report per signature, in the document's order; empty when there is none.
    public let signatures: [SignatureReport]
    /// The verdicts on the time-stamps of a document without signatures; empty where there is a signature, whose report then
    /// has them.
    public let timeStamps: [TimeStampReport]
    /// Remarks on a document without signatures.
    public let findings: [Finding]

    init(
        policy: ValidationPolicy, validationTime: Instant, signatures: [SignatureReport],
        timeStamps: [TimeStampReport] = [], findings: [Finding] = []
    ) {
        self.policy = policy
        self.validationTime = validationTime
        self.signatures = signatures
        self.timeStamps = timeStamps
        self.findings = findings
    }

    /// The report on a file of a format that carries no signatures.
    public static func unsigned(policy: ValidationPolicy, at time: Instant) -> DocumentReport {
        DocumentReport(policy: policy, validationTime: time, signatures: [])
    }

    /// The worst of the signatures; `nil` when there is none.
    public var indication: Indication? { signatures.map(\.indication).max() }
    /// The reason of the worst signature.
    public var subIndication: SubIndication? {
        signatures.max { $0.indication < $1.indication }.flatMap(\.subIndication)
    }
}
