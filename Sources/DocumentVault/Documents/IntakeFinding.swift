// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Something that a person should know of a file before it goes into a vault. None of these refuses it.
public enum IntakeFinding: String, Sendable, Hashable, CaseIterable {
    /// The first octets are those of another kind of file than the media type says.
    case otherType = "other-type"
    /// A PDF that is encrypted: others cannot open it without its password.
    case encryptedPDF = "encrypted-pdf"
    /// A PDF that runs a program when it is opened or filled in.
    case javaScript = "java-script"
    /// A PDF that starts another program or opens another file.
    case launchAction = "launch-action"
    /// A PDF with files in it.
    case embeddedFile = "embedded-file"
    /// A name that is not in Unicode Normalization Form C; it is stored in that form.
    case nameNotNormalised = "name-not-normalised"
    /// A document of the vault has the same octets.
    case duplicate
    /// An empty file.
    case empty

    /// What it means, for people.
    public var phrase: Phrase {
        switch self {
        case .otherType:
            Phrase(vi: "nội dung tệp không đúng loại đã khai", en: "the file is of another kind than it is said to be")
        case .encryptedPDF:
            Phrase(
                vi: "tệp PDF được đặt mật khẩu; nơi nhận có thể không mở được",
                en: "the PDF is encrypted; a recipient may not open it")
        case .javaScript: Phrase(vi: "tệp PDF chứa mã JavaScript", en: "the PDF contains JavaScript")
        case .launchAction:
            Phrase(
                vi: "tệp PDF mở chương trình hoặc tệp khác", en: "the PDF starts another program or opens another file")
        case .embeddedFile: Phrase(vi: "tệp PDF có tệp đính kèm bên trong", en: "the PDF has files in it")
        case .nameNotNormalised:
            Phrase(
                vi: "tên tệp chưa ở dạng chuẩn Unicode NFC; kho lưu theo dạng chuẩn",
                en: "the name is not in Unicode NFC; it is stored in that form")
        case .duplicate:
            Phrase(vi: "kho đã có giấy tờ với nội dung này", en: "the vault has a document with the same content")
        case .empty: Phrase(vi: "tệp rỗng", en: "the file is empty")
        }
    }
}
