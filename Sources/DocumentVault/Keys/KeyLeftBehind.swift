// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A document version whose key a rotation could not wrap anew: its key record is missing or does not hold.
///
/// The document cannot be read until the record is restored, and keeps no other document from getting new keys.
public struct KeyLeftBehind: Sendable, Hashable {
    /// The document.
    public let document: DocumentID
    /// The version.
    public let version: VersionID
    /// What is wrong with the record.
    public let detail: String

    /// What happened and what can be done, for people.
    public var phrase: Phrase {
        Phrase(
            vi:
                "giấy tờ \(document): bản ghi khóa thiếu hoặc hỏng nên không chuyển sang khóa mới được; mọi giấy tờ khác đã chuyển. Hãy khôi phục bản ghi từ bản sao lưu, hoặc xóa giấy tờ này",
            en:
                "document \(document): its key record is missing or damaged (\(detail)) and got no new key; all others did. Restore the record from a backup, or erase the document"
        )
    }
}
