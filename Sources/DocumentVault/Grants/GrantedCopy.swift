// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What goes with a document that a recipient exports under a grant: the eleven particulars of a certified copy, taken from
/// what the citizen and the release service signed.
///
/// They are modelled on those which an archive states with a copy that it hands out: where it comes from, for whom, for what,
/// how long and how many. Each has its proof elsewhere: the grant is the citizen's signature, the code is that of the entry
/// in the access log. Stating them makes no copy a certified one in the sense of the law.
public struct GrantedCopy: Sendable, Hashable, Encodable {
    /// 1: the code by which the copy can be found and checked: the hash of its entry in the citizen's access log, hexadecimal;
    /// of an unattended grant, which no entry belongs to, the hash of the grant.
    public let authenticationCode: String
    /// 2: where the original lies: the vault's name.
    public let archive: String
    /// 3: for whom the copy is: the agency with its code, and the official.
    public let recipient: String
    /// 4: code of the original: document, version and SHA-256.
    public let original: String
    /// 5: number and sign of the document; empty where it has none.
    public let number: String
    /// 6: code of the document type.
    public let type: String
    /// 7: title: the owner's name for the document.
    public let title: String
    /// 8: the one purpose, in words.
    public let purpose: Phrase
    /// 9: when the copy was handed out.
    public let issuedAt: Instant
    /// 10: until when it may be used for the purpose.
    public let validUntil: Instant
    /// 11: number of copies: the how manieth this one is.
    public let copy: Int64
    /// 11: and how many there may be.
    public let copies: Int64

    /// The dossier for which it was handed out; beside the eleven.
    public let dossier: String
    /// The procedure of the dossier.
    public let procedure: String

    /// States the particulars.
    ///
    /// - Parameters:
    ///   - item: The item that was opened.
    ///   - package: The grant under which it was.
    ///   - release: What the release service answered; `nil` for an unattended grant.
    ///   - official: Who asked, as the recipient names its staff.
    ///   - time: Now; for an unattended grant the only time that there is.
    /// - Throws: ``VaultError`` with code `damaged` for an item that the grant does not have or a release of another grant.
    public init(
        of item: GrantItem, in package: GrantPackage, _ release: Release?, official: String, at time: Instant
    ) throws(VaultError) {
        let grant = package.grant
        guard grant.items.contains(item), release.map({ $0.receipt.grant == grant.digest }) ?? grant.isUnattended else {
            throw VaultError(.damaged, object: "grant \(grant.id)", "an item or a release of another grant")
        }
        authenticationCode = (release?.receipt.leafHash ?? grant.digest).description
        archive = grant.vault.description
        let agency =
            grant.recipient.code.isEmpty ? grant.recipient.name : "\(grant.recipient.name) (\(grant.recipient.code))"
        recipient = official.isEmpty ? agency : "\(agency) – \(official)"
        original = "\(item.document)/\(item.version) sha256:\(item.sha256)"
        number = item.number ?? ""
        type = item.type
        title = item.name
        purpose = grant.terms.purposeText
        issuedAt = release?.receipt.time ?? time
        validUntil = grant.terms.notAfter
        copies = grant.terms.uses
        copy = max(1, grant.terms.uses - (release?.receipt.usesLeft ?? (grant.terms.uses - 1)))
        dossier = grant.terms.dossier
        procedure = grant.terms.procedure
    }

    /// The eleven particulars as rows for a page or a sheet of paper, in their order, each with its name.
    ///
    /// - Parameters:
    ///   - language: The language of names and purpose.
    ///   - typeName: The document type in words; `nil`: its code.
    public func rows(in language: Language, typeName: String? = nil) -> [(name: String, value: String)] {
        func name(_ vi: String, _ en: String) -> String { Phrase(vi: vi, en: en)[language] }
        return [
            (name("Mã xác thực", "Authentication code"), authenticationCode),
            (name("Kho lưu bản gốc", "Vault of the original"), archive),
            (name("Cấp cho", "Handed out to"), recipient),
            (name("Mã bản gốc", "Code of the original"), original),
            (name("Số, ký hiệu", "Number and sign"), number),
            (name("Loại giấy tờ", "Kind of document"), typeName ?? type),
            (name("Tên giấy tờ", "Title"), title),
            (name("Mục đích sử dụng", "Purpose"), purpose[language]),
            (name("Thời điểm cấp", "Handed out at"), issuedAt.description),
            (name("Thời hạn sử dụng", "May be used until"), validUntil.description),
            (name("Số bản", "Number of copies"), "\(copy)/\(copies)"),
        ]
    }
}
