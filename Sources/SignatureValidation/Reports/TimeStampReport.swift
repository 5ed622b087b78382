// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import PKIX

/// The verdict on one time-stamp.
public struct TimeStampReport: Sendable, Encodable {
    /// The indications of a building block (EN 319 102-1 §5.1.3).
    public enum BlockIndication: String, Sendable, Hashable, Codable {
        /// It proves its time.
        case passed = "PASSED"
        /// It is broken.
        case failed = "FAILED"
        /// It cannot be relied on for want of something.
        case indeterminate = "INDETERMINATE"
    }
    /// Identifier within the file.
    public let id: String
    /// What it stands over.
    public let kind: TimeStampKind
    /// What it states; `nil` when it cannot be read.
    public let time: Instant?
    /// The indication.
    public let indication: BlockIndication
    /// The reason, unless passed.
    public let subIndication: SubIndication?
    /// The authority's name; `nil` when its certificate was not found.
    public let authority: String?
    /// Whether its path ends in a domain that may time-stamp.
    public let trusted: Bool
    /// The domain that its path ends in.
    public let trustDomain: String?
    /// Remarks on it.
    public let findings: [Finding]
    /// Last instant of the authority's chain, after which the time-stamp needs a newer one over it.
    public let chainEnd: Instant?

    init(_ process: TimeStampProcess) {
        id = process.stamp.id
        kind = process.stamp.kind
        time = process.stamp.time
        subIndication = process.subIndication
        indication =
            process.subIndication.map { $0.indication == .totalFailed ? .failed : .indeterminate } ?? .passed
        authority = process.stamp.authority.map { NamedSubject($0, role: .timeStampAuthority).name }
        let path = process.chain.path
        trusted = path?.trustDomain != nil
        trustDomain = path?.trustDomain ?? process.stamp.forbiddenDomain
        findings = process.findings
        chainEnd = path?.chain.dropLast().map(\.certificate.notAfter).min()
    }

    private enum Key: String, CodingKey {
        case id, kind, time, indication, subIndication, authority, trusted, trustDomain, findings
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(time, forKey: .time)
        try container.encode(indication, forKey: .indication)
        try container.encode(subIndication, forKey: .subIndication)
        try container.encode(authority, forKey: .authority)
        try container.encode(trusted, forKey: .trusted)
        try container.encode(trustDomain, forKey: .trustDomain)
        try container.encode(findings, forKey: .findings)
    }
}
