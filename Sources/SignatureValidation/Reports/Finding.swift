// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// One remark of a report, in every language.
public struct Finding: Sendable, Hashable, Codable {
    /// How grave it is.
    public enum Severity: String, Sendable, Hashable, Codable {
        /// It decided against the signature.
        case failure
        /// Somebody should look at it.
        case warning
        /// Good to know.
        case information
    }
    /// Stable code, for example `expired`.
    public let code: String
    /// How grave it is.
    public let severity: Severity
    /// The text.
    public let phrase: Phrase

    /// Makes a finding.
    public init(_ severity: Severity, code: String, _ phrase: Phrase) {
        self.code = code
        self.severity = severity
        self.phrase = phrase
    }

    private enum CodingKeys: String, CodingKey { case code, severity, vi, en }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        severity = try container.decode(Severity.self, forKey: .severity)
        phrase = Phrase(
            vi: try container.decode(String.self, forKey: .vi), en: try container.decode(String.self, forKey: .en))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(severity, forKey: .severity)
        try container.encode(phrase.vi, forKey: .vi)
        try container.encode(phrase.en, forKey: .en)
    }
}
