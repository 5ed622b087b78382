// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why the once-only engine could not answer.
///
/// A requirement that is not met is never an error, it is a status of the ``ReusePlan``. Two errors are equal when their
/// codes are.
public struct OnceOnlyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable, Hashable {
        /// The input is no JSON text (RFC 8259).
        case malformedJSON
        /// The input is over a limit of the ``DossierCore/Budget``.
        case overLimit
        /// The catalogue has at least one ``CatalogueProblem``; see ``OnceOnlyError/problems``.
        case invalidCatalogue
        /// A catalogue that should be compiled in is not there.
        case missingCatalogue
        /// The same document version was given twice.
        case duplicateEvidence
        /// The plan could not be written or read as JSON.
        case invalidPlan
        /// What a person answered is no consent to what was asked; see ``OnceOnlyError/detail``.
        case invalidConsent
    }

    /// What went wrong.
    public let code: Code
    /// Offset of the fault in the input in bytes, if it has one.
    public let offset: Int?
    /// Clause of the standard or format that was violated, if it has one.
    public let clause: String?
    /// What was found and what was expected; carries no field values of documents.
    public let detail: String
    /// The faults of the catalogue, in the order of the text; empty for other codes.
    public let problems: [CatalogueProblem]

    init(
        _ code: Code, offset: Int? = nil, clause: String? = nil, detail: String = "", problems: [CatalogueProblem] = []
    ) {
        self.code = code
        self.offset = offset
        self.clause = clause
        self.detail = detail
        self.problems = problems
    }

    /// The message in both languages.
    public var message: Phrase {
        switch code {
        case .malformedJSON: Phrase(vi: "Nội dung không phải là JSON hợp lệ", en: "The input is not valid JSON")
        case .overLimit: Phrase(vi: "Nội dung vượt quá giới hạn cho phép", en: "The input is over a limit")
        case .invalidCatalogue: Phrase(vi: "Danh mục có lỗi", en: "The catalogue has faults")
        case .missingCatalogue: Phrase(vi: "Không tìm thấy danh mục", en: "The catalogue was not found")
        case .duplicateEvidence:
            Phrase(
                vi: "Một phiên bản giấy tờ được đưa vào hai lần", en: "The same document version was given twice")
        case .invalidPlan:
            Phrase(vi: "Không đọc hoặc ghi được kế hoạch", en: "The plan could not be read or written")
        case .invalidConsent:
            Phrase(
                vi: "Chưa có sự đồng ý rõ ràng cho đúng mục đích này",
                en: "There is no express consent to exactly this purpose")
        }
    }

    public var description: String {
        var text = message.en
        if let offset { text += " at byte \(offset)" }
        if !detail.isEmpty { text += ": \(detail)" }
        if let clause { text += " (\(clause))" }
        return text
    }

    public static func == (left: OnceOnlyError, right: OnceOnlyError) -> Bool { left.code == right.code }
}
