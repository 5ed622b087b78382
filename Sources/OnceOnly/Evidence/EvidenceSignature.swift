// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What a verification said about the signature of a document.
public struct EvidenceSignature: Sendable, Hashable, Codable {
    /// The verdict.
    public enum Verdict: String, Sendable, Hashable, CaseIterable, Codable {
        /// The signature holds.
        case passed
        /// The signature does not hold.
        case failed
        /// It could not be decided.
        case indeterminate
        /// The document has no signature, or none was looked at.
        case none

        /// The verdict in words.
        public var name: Phrase {
            switch self {
            case .passed: Phrase(vi: "chữ ký số hợp lệ", en: "signature valid")
            case .failed: Phrase(vi: "chữ ký số không hợp lệ", en: "signature not valid")
            case .indeterminate: Phrase(vi: "chưa xác định được chữ ký số", en: "signature undetermined")
            case .none: Phrase(vi: "không có chữ ký số", en: "no signature")
            }
        }
    }

    /// The verdict.
    public let verdict: Verdict
    /// Common name of the signer.
    public let signer: String?
    /// Name of the trust domain to which the signer's certificate leads.
    public let trustDomain: String?

    /// Makes a statement about a signature.
    public init(verdict: Verdict, signer: String? = nil, trustDomain: String? = nil) {
        self.verdict = verdict
        self.signer = signer
        self.trustDomain = trustDomain
    }

    /// No signature.
    public static let none = EvidenceSignature(verdict: .none)
}
