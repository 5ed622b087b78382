// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import SignatureValidation

/// The verdicts on several files, in the shape that other tools rely on.
public struct VerificationReport: Sendable, Encodable {
    /// The policy that was applied.
    public let policy: ValidationPolicy
    /// The instant of judgement.
    public let validationTime: Instant
    /// One report per file, in the order given.
    public let files: [FileReport]
    /// Remarks on the run: on the trust that was used.
    public let findings: [Finding]

    /// Makes a report.
    public init(policy: ValidationPolicy, validationTime: Instant, files: [FileReport], findings: [Finding] = []) {
        self.findings = findings
        self.policy = policy
        self.validationTime = validationTime
        self.files = files
    }

    /// The same report as JSON: sorted members, the same bytes on every machine.
    public func json() throws -> [UInt8] { try CanonicalJSON.encode(self) }

    /// The report on one file on a single line, as one of a stream (JSON Lines): the members that it has in ``json()``, and
    /// policy and time beside them. Remarks on the run stand among its own.
    public func line(of file: FileReport) throws -> [UInt8] {
        var file = file
        file.findings += findings
        return try CanonicalJSON.line(Line(head: self, file: file))
    }

    private enum Key: String, CodingKey { case version, policy, validationTime, files, findings }
    private enum PolicyKey: String, CodingKey { case id, version }

    private struct Line: Encodable {
        let head: VerificationReport
        let file: FileReport

        func encode(to encoder: any Encoder) throws {
            try file.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try head.encodeHead(in: &container)
        }
    }

    private func encodeHead(in container: inout KeyedEncodingContainer<Key>) throws {
        try container.encode(1, forKey: .version)
        var policyContainer = container.nestedContainer(keyedBy: PolicyKey.self, forKey: .policy)
        try policyContainer.encode(policy.id, forKey: .id)
        try policyContainer.encode(policy.version, forKey: .version)
        try container.encode(validationTime, forKey: .validationTime)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try encodeHead(in: &container)
        try container.encode(files, forKey: .files)
        try container.encode(findings, forKey: .findings)
    }
}
