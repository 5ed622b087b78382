// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit

/// Why a portal cannot begin.
public struct PortalStartError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    public enum Code: String, Sendable {
        /// The folder for the vaults exists already, or cannot be made.
        case folderExists = "folder-exists"
        /// The store that an address names cannot be used; ``PortalStartError/cause`` says why.
        case storeRefused = "store-refused"
        /// The address of a store has a password in it, which everybody on the machine would see.
        case passwordInAddress = "password-in-address"
        /// The file with the parties cannot be read.
        case worldUnreadable = "world-unreadable"
        /// The file is none that a portal has written, or of another version.
        case worldMalformed = "world-malformed"
        /// Others than its owner may read the file, which has private keys.
        case worldExposed = "world-exposed"
        /// The file cannot be written.
        case worldNotWritten = "world-not-written"
        /// The parties in the file are too old: their revocation lists have ended.
        case worldTooOld = "world-too-old"
        /// The sample papers are not where they were said to be.
        case noSamples = "no-samples"
    }
    /// The kind of fault.
    public let code: Code
    /// The file, folder or option; never an address, which may have a password in it.
    public let object: String
    /// What the store said.
    public let cause: VaultError?

    init(_ code: Code, _ object: String, because cause: VaultError? = nil) {
        (self.code, self.object, self.cause) = (code, object, cause)
    }

    /// The fault in words.
    public var phrase: Phrase {
        switch code {
        case .folderExists:
            Phrase(vi: "thư mục đã có hoặc không tạo được", en: "the folder exists already or cannot be made")
        case .storeRefused:
            Phrase(
                vi: cause?.phrase.vi ?? "không dùng được",
                en: cause.map { "\($0.phrase.en) (\($0.object): \($0.detail))" } ?? "it cannot be used")
        case .passwordInAddress:
            Phrase(
                vi: "địa chỉ có mật khẩu mà ai trên máy cũng thấy; dùng passwordfile=TỆP hoặc passwordenv=TÊN",
                en:
                    "the address has a password, which everybody on the machine sees; use passwordfile=FILE or passwordenv=NAME"
            )
        case .worldUnreadable: Phrase(vi: "không đọc được tệp", en: "the file cannot be read")
        case .worldMalformed:
            Phrase(vi: "không phải tệp do cổng này ghi", en: "not a file that this portal has written")
        case .worldExposed:
            Phrase(
                vi: "người khác cũng đọc được tệp chứa khóa này; chạy chmod 600",
                en: "others may read this file, which has keys; run chmod 600")
        case .worldNotWritten: Phrase(vi: "không ghi được tệp", en: "the file cannot be written")
        case .worldTooOld:
            Phrase(
                vi: "danh sách thu hồi trong tệp đã hết hạn (30 ngày); dùng một tệp mới",
                en: "the revocation lists in the file have ended (30 days); give a new file")
        case .noSamples: Phrase(vi: "không có giấy tờ mẫu ở đây", en: "the sample papers are not here")
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    public var description: String { "\(code.rawValue): \(object): \(phrase.en)" }
}
