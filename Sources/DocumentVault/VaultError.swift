// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why a vault or its store gave no answer. Two errors are equal when their codes are.
///
/// Details name objects by their random ids, sequence numbers and octet offsets: never names, contents or secrets.
public struct VaultError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    @nonexhaustive public enum Code: String, Sendable, CaseIterable {
        /// No slot opens with this passphrase or code; a slot that was changed looks the same.
        case wrongSecret = "wrong-secret"
        /// A recovery code whose checksum is wrong: it was mistyped.
        case mistypedCode = "mistyped-code"
        /// An object is not what was written: changed, cut, missing or exchanged.
        case damaged
        /// The vault or store was written by a newer version of the format.
        case newerVersion = "newer-version"
        /// The journal ends before the anchor.
        case rolledBack = "rolled-back"
        /// The journal has another entry where the anchor stands.
        case forked
        /// No such store, vault, document or version.
        case notFound = "not-found"
        /// The vault exists already, or what is to be put into it.
        case alreadyExists = "already-exists"
        /// Somebody else changed the same thing meanwhile.
        case conflict
        /// The store is locked by somebody else or has too much to do; the call may be repeated.
        case busy
        /// The provenance speaks of other bytes than those given.
        case provenanceMismatch = "provenance-mismatch"
        /// A member of the metadata is missing or has a form that the format does not have.
        case invalidMetadata = "invalid-metadata"
        /// The address names something that is not a store of this kind.
        case notAStore = "not-a-store"
        /// The store may not be read or written by this process.
        case notPermitted = "not-permitted"
        /// There is no room left.
        case storeFull = "store-full"
        /// The store failed to read or write.
        case storeFailure = "store-failure"
        /// A limit that was set for the vault or its inbox would be passed.
        case overQuota = "over-quota"
        /// A legal hold forbids to erase the document.
        case held
        /// The store still has what was erased, or shows it again.
        case resurrected
        /// A cost of password hashing outside floor and ceiling.
        case refusedCost = "refused-cost"
        /// The system's cryptographic library or its memory failed.
        case cryptographyFailure = "cryptography-failure"
    }
    /// The kind of failure.
    public let code: Code
    /// The object at fault, for example `entry 12` or `content 0f…`, or an empty text.
    public let object: String
    /// What was found and what was expected.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, object: String = "", _ detail: String) {
        self.code = code
        self.object = object
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String {
        object.isEmpty ? "\(code.rawValue): \(detail)" : "\(code.rawValue) (\(object)): \(detail)"
    }

    /// What happened and what can be done, for people.
    public var phrase: Phrase { code.phrase }
}

extension VaultError.Code {
    /// What happened and what can be done, for people.
    public var phrase: Phrase {
        switch self {
        case .wrongSecret:
            Phrase(
                vi: "mật khẩu hoặc mã khôi phục không mở được kho; hãy kiểm tra kiểu gõ và chữ hoa, chữ thường",
                en:
                    "the passphrase or recovery code does not open the vault; check the input method and upper and lower case"
            )
        case .mistypedCode:
            Phrase(
                vi: "mã khôi phục bị gõ sai; hãy so lại từng nhóm bốn ký tự",
                en: "the recovery code was mistyped; compare each group of four characters")
        case .damaged:
            Phrase(
                vi: "dữ liệu của kho đã bị thay đổi hoặc hư hỏng; hãy khôi phục từ bản sao lưu",
                en: "data of the vault was changed or is damaged; restore it from a backup")
        case .newerVersion:
            Phrase(
                vi: "kho được ghi bằng phiên bản định dạng mới hơn; hãy cập nhật phần mềm",
                en: "the vault was written by a newer version of the format; update the software")
        case .rolledBack:
            Phrase(
                vi: "nơi lưu trữ đưa ra trạng thái cũ hơn mốc đã ghi nhận của kho",
                en: "the store shows an older state of the vault than the anchor kept outside it")
        case .forked:
            Phrase(
                vi: "nơi lưu trữ đưa ra lịch sử khác với mốc đã ghi nhận của kho",
                en: "the store shows another history of the vault than the anchor kept outside it")
        case .notFound:
            Phrase(
                vi: "không tìm thấy kho, giấy tờ hoặc phiên bản này",
                en: "there is no such store, vault, document or version")
        case .alreadyExists:
            Phrase(vi: "nơi lưu trữ đã có sẵn", en: "it is there already")
        case .conflict:
            Phrase(
                vi: "giấy tờ đã được thay đổi từ nơi khác; hãy xem bản mới rồi thực hiện lại",
                en: "the document was changed elsewhere meanwhile; look at the newer version and repeat")
        case .busy:
            Phrase(
                vi: "nơi lưu trữ đang bận; hãy thử lại sau giây lát",
                en: "the store is busy; try again in a moment")
        case .provenanceMismatch:
            Phrase(
                vi: "kết quả kiểm tra nguồn gốc nói về tệp khác với tệp được lưu",
                en: "the provenance speaks of another file than the one to be stored")
        case .invalidMetadata:
            Phrase(
                vi: "thông tin mô tả giấy tờ thiếu hoặc sai dạng",
                en: "the description of the document is incomplete or malformed")
        case .notAStore:
            Phrase(
                vi: "đây không phải là nơi lưu trữ hay bản xuất của kho tài liệu",
                en: "this is not a store of vaults, nor an export of one")
        case .notPermitted:
            Phrase(
                vi: "không có quyền làm việc này với kho hoặc nơi lưu trữ",
                en: "no permission to do this with the vault or its store")
        case .storeFull:
            Phrase(
                vi: "nơi lưu trữ đã hết chỗ; yêu cầu chưa được thực hiện",
                en: "the store has no room left; what was asked for was not done")
        case .storeFailure:
            Phrase(
                vi: "nơi lưu trữ gặp lỗi đọc hoặc ghi",
                en: "the store failed to read or write")
        case .overQuota:
            Phrase(
                vi: "vượt quá hạn mức của kho hoặc hộp nhận; hãy xóa bớt hoặc xin tăng hạn mức",
                en: "over the quota of the vault or its inbox; erase something or ask for a larger quota")
        case .held:
            Phrase(
                vi: "giấy tờ đang bị lệnh giữ theo pháp luật nên không được xóa",
                en: "a legal hold forbids to erase the document")
        case .resurrected:
            Phrase(
                vi: "nơi lưu trữ vẫn giữ hoặc đưa trở lại dữ liệu đã bị xóa",
                en: "the store still has, or shows again, what was erased")
        case .refusedCost:
            Phrase(
                vi: "tham số băm mật khẩu nằm ngoài giới hạn an toàn",
                en: "the cost of password hashing is outside the safe limits")
        case .cryptographyFailure:
            Phrase(
                vi: "thư viện mật mã của hệ thống gặp lỗi hoặc hết bộ nhớ",
                en: "the system's cryptographic library failed or ran out of memory")
        }
    }
}
