// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The main indications of EN 319 102-1 §5.1.3.
public enum Indication: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// All checks passed.
    case totalPassed = "TOTAL-PASSED"
    /// The checks leave the question open.
    case indeterminate = "INDETERMINATE"
    /// The signature is broken, or was made with a certificate that was not valid.
    case totalFailed = "TOTAL-FAILED"

    /// Worse is larger, so that the worst of several is their maximum.
    public static func < (left: Indication, right: Indication) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .totalPassed: 0
        case .indeterminate: 1
        case .totalFailed: 2
        }
    }

    /// The verdict in words. An open question is never worded as valid.
    public var phrase: Phrase {
        switch self {
        case .totalPassed: Phrase(vi: "Hợp lệ", en: "Valid")
        case .totalFailed: Phrase(vi: "Không hợp lệ", en: "Not valid")
        case .indeterminate: Phrase(vi: "Chưa xác định được", en: "Could not be determined")
        }
    }

    /// The verdict where only two values exist (Circular 15/2025/TT-BKHCN, Article 6).
    public var twoValuedPhrase: Phrase {
        switch self {
        case .totalPassed, .totalFailed: phrase
        case .indeterminate:
            Phrase(vi: "Không hợp lệ – chưa đủ căn cứ", en: "Not valid – insufficient grounds")
        }
    }
}
