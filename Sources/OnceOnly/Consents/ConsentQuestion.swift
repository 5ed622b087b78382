// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What a person is asked to agree to: one recipient, one purpose, named documents or values, a period, a number of uses.
///
/// One question per purpose; nothing is agreed to by default. The words are ``text(in:)``, and what is agreed to is these
/// words: a ``Consent`` holds them whole.
public struct ConsentQuestion: Sendable, Hashable, Codable {
    /// Who would receive the documents.
    public struct Recipient: Sendable, Hashable, Codable {
        /// Name of the agency, as on its card.
        public let name: String
        /// Code of the agency; may be empty.
        public let code: String

        /// Names a recipient.
        public init(name: String, code: String = "") {
            self.name = name
            self.code = code
        }
    }

    /// The procedure, in the version that was planned.
    public let procedure: ReusePlan.ProcedureReference
    /// Code of the dossier.
    public let dossier: String
    /// Who would receive.
    public let recipient: Recipient
    /// Code of the purpose.
    public let purpose: String
    /// The purpose in words.
    public let purposeText: Phrase
    /// What would be disclosed.
    public let disclosures: [Disclosure]
    /// From when.
    public let notBefore: Instant
    /// Until when.
    public let notAfter: Instant
    /// How many times.
    public let uses: Int
    /// Nobody enforces the period and the number of uses, and nobody writes a log.
    public let isUnattended: Bool

    /// Asks for what a plan would disclose.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - dossier: Code of the dossier.
    ///   - recipient: Who would receive.
    ///   - purpose: Code of the purpose; `nil`: the procedure itself.
    ///   - purposeText: The purpose in words; `nil`: deciding on the procedure.
    ///   - keeping: The documents to ask for, by their ids in the vault; `nil`: all that the plan would disclose.
    ///   - notBefore: From when.
    ///   - notAfter: Until when.
    ///   - uses: How many times.
    ///   - isUnattended: Whether no release service is to hold a share.
    public init(
        for plan: ReusePlan, dossier: String, to recipient: Recipient, purpose: String? = nil,
        purposeText: Phrase? = nil, keeping: Set<String>? = nil, from notBefore: Instant, until notAfter: Instant,
        uses: Int = 1, isUnattended: Bool = false
    ) {
        procedure = plan.procedure
        self.dossier = dossier
        self.recipient = recipient
        self.purpose = purpose ?? plan.procedure.code
        self.purposeText =
            purposeText
            ?? Phrase(
                vi: "giải quyết thủ tục \(plan.procedure.name.vi)", en: "deciding on \(plan.procedure.name.en)")
        disclosures = plan.disclosure.filter { keeping?.contains($0.evidence.id) ?? true }
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.uses = uses
        self.isUnattended = isUnattended
    }

    /// The documents whose content the law ranks as sensitive; the person has to be told, and to say so expressly.
    public var sensitive: [Disclosure] { disclosures.filter { $0.sensitivity == .sensitive } }

    private static let vietnamOffset: Int64 = 7 * 3600

    /// The words to show, in NFC as the data are; the same question gives the same words.
    ///
    /// They name what the law asks for: data, purpose, recipient, period, that sensitive data are among them, the rights to
    /// withdraw, see and have erased, and that what was read cannot be taken back.
    public func text(in language: Language) -> String {
        let items = disclosures.map { line(for: $0, language) }.joined(separator: "\n")
        let (dossier, recipient) = (Self.shown(dossier), Self.shown(recipient.name))
        let from = notBefore.text(atOffset: Self.vietnamOffset)
        let until = notAfter.text(atOffset: Self.vietnamOffset)
        var lines: [String] = []
        switch language {
        case .vietnamese:
            lines.append("Tôi đồng ý cho \(recipient) đọc các giấy tờ, dữ liệu sau đây:")
            lines.append(items)
            lines.append("Mục đích: \(purposeText.vi) (mã \(purpose)), hồ sơ \(dossier).")
            lines.append("Thời hạn: từ \(from) đến \(until); số lần đọc: \(uses).")
            if !sensitive.isEmpty { lines.append("Trong đó có dữ liệu cá nhân nhạy cảm.") }
            lines.append(
                isUnattended
                    ? "Không có dịch vụ nào giám sát: cơ quan nhận có thể đọc nhiều lần, không ghi nhật ký và không thể dừng lại."
                    : "Dịch vụ cấp quyền kiểm soát thời hạn, số lần và ghi nhật ký mỗi lần đọc; tôi xem được nhật ký đó."
            )
            lines.append(
                "Tôi có quyền rút lại sự đồng ý, xem, sửa và yêu cầu xóa dữ liệu; rút lại không lấy lại được những gì đã đọc."
            )
        case .english:
            lines.append("I agree that \(recipient) reads the following documents and data:")
            lines.append(items)
            lines.append("Purpose: \(purposeText.en) (code \(purpose)), dossier \(dossier).")
            lines.append("Period: from \(from) to \(until); number of uses: \(uses).")
            if !sensitive.isEmpty { lines.append("Sensitive personal data are among them.") }
            lines.append(
                isUnattended
                    ? "Nobody watches over it: the recipient may read again and again, no log is written, and it cannot be stopped."
                    : "A release service enforces period and number of uses and logs every access; I can see that log.")
            lines.append(
                "I may withdraw my consent, see, correct and have the data erased; withdrawing does not take back what was read."
            )
        }
        return lines.joined(separator: "\n")
    }

    /// A name in one line that turns nothing round: controls, invisible characters, and separators of lines become U+FFFD.
    private static func shown(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{fffd}"
                    default: scalar
                    }
                }))
    }

    private func line(for disclosure: Disclosure, _ language: Language) -> String {
        let evidence = disclosure.evidence
        // Whoever left a document named it: its name must not begin a line of its own or turn the others round.
        let name = Self.shown(evidence.name)
        var line: String
        switch language {
        case .vietnamese:
            line = "- \(name) (phiên bản \(evidence.version))"
            if !disclosure.fields.isEmpty { line += ", chỉ các trường: " }
        case .english:
            line = "- \(name) (version \(evidence.version))"
            if !disclosure.fields.isEmpty { line += ", these values only: " }
        }
        line += disclosure.fields.joined(separator: ", ")
        if disclosure.sensitivity == .sensitive {
            line += language == .vietnamese ? " [nhạy cảm]" : " [sensitive]"
        }
        return line
    }
}
