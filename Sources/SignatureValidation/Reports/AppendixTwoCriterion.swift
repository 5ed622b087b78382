// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// One criterion of Appendix II of Circular 15/2025/TT-BKHCN with what was found out about it.
///
/// The criteria are the circular's, the answers this library's; whether a signature has legal effect is not decided here.
public struct AppendixTwoCriterion: Sendable, Hashable, Encodable {
    /// The criteria.
    public enum ID: String, Sendable, Hashable, Codable, CaseIterable {
        /// Signing time within the certificate's validity, not suspended or revoked then.
        case validity = "1.1"
        /// Status by the CRL of the signing time or OCSP.
        case status = "1.2"
        /// Algorithms by the standards in force.
        case algorithms = "1.3"
        /// Scope of use.
        case scope = "1.4"
        /// Purpose by key usage; optional.
        case purpose = "1.5"
        /// Statements of the issuer against its practice statement; optional.
        case practiceStatement = "1.6"
        /// The right subject.
        case subject = "2.1"
        /// Made with the matching private key.
        case privateKey = "2.2"
        /// The certificate was valid at signing time.
        case certificateValid = "2.3"
        /// The digests are equal.
        case digests = "2.4"

        /// Whether the circular makes it optional.
        public var isOptional: Bool { self == .purpose || self == .practiceStatement }
    }
    /// The answers.
    public enum Result: String, Sendable, Hashable, Codable {
        /// Met.
        case pass
        /// Not met.
        case fail
        /// It cannot be said.
        case unknown
        /// Met, with something to be said.
        case passWithRemark = "pass-with-remark"
    }
    /// The criterion.
    public let id: ID
    /// The answer.
    public let result: Result
    /// What the answer rests on.
    public let evidence: Phrase

    private enum Key: String, CodingKey { case id, result, evidence, vi, en }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(result, forKey: .result)
        try container.encode(evidence.vi, forKey: .evidence)
        try container.encode(evidence.vi, forKey: .vi)
        try container.encode(evidence.en, forKey: .en)
    }
}
