// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How near a procedure is to being applied for with the documents of a vault; ordered from near to far.
public enum Readiness: String, Sendable, Hashable, CaseIterable, Codable {
    /// Every document is there and every field that the form needs is filled.
    case ready
    /// Every document is there; a form is to be filled in or signed.
    case toBeCompleted
    /// Nothing that is known to apply is missing, but a question decides whether something else does.
    case questionsOpen
    /// A document is missing.
    case incomplete

    /// The degree in words.
    public var name: Phrase {
        switch self {
        case .ready: Phrase(vi: "Có thể nộp ngay", en: "Can be filed now")
        case .toBeCompleted:
            Phrase(vi: "Đủ giấy tờ, còn điền và ký tờ khai", en: "All documents are there; a form is to be completed")
        case .questionsOpen: Phrase(vi: "Cần trả lời thêm câu hỏi", en: "Questions are open")
        case .incomplete: Phrase(vi: "Còn thiếu giấy tờ", en: "A document is missing")
        }
    }
}
