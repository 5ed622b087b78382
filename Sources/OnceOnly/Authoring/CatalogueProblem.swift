// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// One fault of a catalogue file, as `dossier procedures lint` prints it.
public struct CatalogueProblem: Sendable, Hashable, CustomStringConvertible {
    /// How grave a problem is.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The catalogue is refused.
        case fault
        /// The catalogue can be used; its author most probably meant something else.
        case warning
    }

    /// The kind of a fault.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The file is of another format or of a later version of it.
        case unsupportedFormat
        /// A member that the format requires is absent.
        case missingMember
        /// A member that the format does not know; a misspelt constraint would otherwise be ignored.
        case unknownMember
        /// A value is of the wrong JSON kind, empty, or out of range.
        case wrongValue
        /// A name from a closed list (agency kind, form, role …) is not in that list.
        case unknownName
        /// A text lacks its Vietnamese or its English version.
        case missingTranslation
        /// A Vietnamese text contains combining marks; texts are written composed (NFC).
        case notComposed
        /// An identifier occurs twice where it must be unique.
        case duplicateIdentifier
        /// A list that must have at least one entry has none.
        case emptyList
        /// A document type is not in the catalogue of document types.
        case unknownDocumentType
        /// A field path names no field of its document type.
        case unknownField
        /// A condition names a question that the procedure does not ask.
        case unknownQuestion
        /// A condition compares with an answer that the question does not offer.
        case unknownAnswer
        /// Two versions of one procedure are in force on the same day.
        case overlappingDates
        /// The last day of a version is before its first.
        case reversedDates
        /// Two members contradict each other, so that no document could ever do.
        case contradiction
        /// A member or a list that can have no effect beside what else is said.
        case ineffective
        /// A condition that holds for every answer, or for none.
        case constantCondition
        /// A question on which nothing depends.
        case unusedQuestion

        /// Whether a catalogue with the problem is refused.
        public var severity: Severity {
            switch self {
            case .unsupportedFormat, .missingMember, .unknownMember, .wrongValue, .unknownName, .missingTranslation,
                .notComposed, .duplicateIdentifier, .emptyList, .unknownDocumentType, .unknownField, .unknownQuestion,
                .unknownAnswer, .overlappingDates, .reversedDates, .contradiction:
                .fault
            case .ineffective, .constantCondition, .unusedQuestion: .warning
            }
        }

        /// The fault in words.
        public var name: Phrase {
            switch self {
            case .unsupportedFormat:
                Phrase(vi: "Định dạng hoặc phiên bản định dạng không được hỗ trợ", en: "Unsupported format or version")
            case .missingMember: Phrase(vi: "Thiếu mục bắt buộc", en: "A required member is missing")
            case .unknownMember: Phrase(vi: "Có mục không thuộc định dạng", en: "A member is not part of the format")
            case .wrongValue:
                Phrase(vi: "Giá trị không đúng kiểu hoặc ngoài giới hạn", en: "A value of the wrong kind or range")
            case .unknownName:
                Phrase(vi: "Tên không có trong danh sách cho phép", en: "A name that is not in the closed list")
            case .missingTranslation: Phrase(vi: "Thiếu bản tiếng Việt hoặc tiếng Anh", en: "A translation is missing")
            case .notComposed:
                Phrase(vi: "Chữ tiếng Việt chưa ở dạng dựng sẵn (NFC)", en: "Vietnamese text is not composed (NFC)")
            case .duplicateIdentifier: Phrase(vi: "Mã bị trùng", en: "An identifier occurs twice")
            case .emptyList: Phrase(vi: "Danh sách rỗng", en: "An empty list")
            case .unknownDocumentType:
                Phrase(vi: "Loại giấy tờ không có trong danh mục", en: "A document type that the catalogue lacks")
            case .unknownField:
                Phrase(vi: "Loại giấy tờ không có trường dữ liệu này", en: "The document type has no such field")
            case .unknownQuestion: Phrase(vi: "Thủ tục không có câu hỏi này", en: "The procedure asks no such question")
            case .unknownAnswer:
                Phrase(vi: "Câu hỏi không có phương án trả lời này", en: "The question offers no such answer")
            case .overlappingDates:
                Phrase(
                    vi: "Hai phiên bản của một thủ tục có hiệu lực trùng ngày",
                    en: "Two versions of a procedure are in force on the same day")
            case .reversedDates:
                Phrase(vi: "Ngày hết hiệu lực trước ngày có hiệu lực", en: "The last day is before the first day")
            case .contradiction:
                Phrase(vi: "Các điều kiện mâu thuẫn nhau", en: "Constraints that contradict each other")
            case .ineffective: Phrase(vi: "Mục này không có tác dụng", en: "This has no effect")
            case .constantCondition:
                Phrase(
                    vi: "Điều kiện luôn đúng hoặc luôn sai", en: "A condition that always holds, or never")
            case .unusedQuestion:
                Phrase(vi: "Câu hỏi không ảnh hưởng đến thủ tục", en: "A question on which nothing depends")
            }
        }
    }

    /// The kind of the fault.
    public let code: Code
    /// Where in the file: member names and indices from 0, for example `procedures[3].requirements[0].lists[1]`.
    public let path: String
    /// Line of the file, from 1.
    public let line: Int
    /// Column of the line in bytes, from 1.
    public let column: Int
    /// The offending name or value, or what was expected.
    public let detail: String

    /// The kind of the fault in words.
    public var message: Phrase { code.name }

    public var description: String {
        "line \(line), column \(column): \(path): \(message.en)" + (detail.isEmpty ? "" : ": \(detail)")
    }
}
