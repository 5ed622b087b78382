// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// What a person agreed to: for which purpose, in which dossier, how long and how often, and the words shown.
public struct GrantTerms: Sendable, Hashable {
    /// Code of the procedure.
    public var procedure: String
    /// Code of the dossier.
    public var dossier: String
    /// Code of the one purpose.
    public var purpose: String
    /// The purpose in words.
    public var purposeText: Phrase
    /// The text that the person saw and agreed to, whole.
    public var textShown: String
    /// The language of that text.
    public var language: Language
    /// The legal basis, for example `consent`, or the article that allows it without.
    public var legalBasis: String
    /// From when it may be used, to the second.
    public var notBefore: Instant
    /// Until when.
    public var notAfter: Instant
    /// How many times the release service releases its share, 1 to 1,000.
    public var uses: Int64

    /// Longest text shown, in octets.
    public static let longestText = 32_768
    /// Most uses.
    public static let mostUses: Int64 = 1000

    /// Makes terms; texts are brought to NFC, times to the second.
    public init(
        procedure: String, dossier: String, purpose: String, purposeText: Phrase, textShown: String,
        language: Language, legalBasis: String = "consent", notBefore: Instant, notAfter: Instant, uses: Int64
    ) {
        self.procedure = procedure.normalizedNFC
        self.dossier = dossier.normalizedNFC
        self.purpose = purpose.normalizedNFC
        self.purposeText = Phrase(vi: purposeText.vi.normalizedNFC, en: purposeText.en.normalizedNFC)
        self.textShown = textShown.normalizedNFC
        self.language = language
        self.legalBasis = legalBasis.normalizedNFC
        self.notBefore = Instant(seconds: notBefore.seconds)
        self.notAfter = Instant(seconds: notAfter.seconds)
        self.uses = uses
    }

    /// Why these terms are no consent to anything definite; `nil` when they are.
    var fault: String? {
        if [procedure, dossier, purpose, legalBasis].contains(where: { !(1...255).contains($0.utf8.count) }) {
            return "procedure, dossier, purpose and legal basis have 1 to 255 octets each"
        }
        if !(1...Self.longestText).contains(textShown.utf8.count) {
            return "the text that was shown is missing or long"
        }
        if purposeText.vi.utf8.count > 1024 || purposeText.en.utf8.count > 1024 || purposeText.vi.isEmpty {
            return "the purpose in words"
        }
        if ![notBefore, notAfter].allSatisfy({ VaultEvent.times.contains($0.seconds) }) {
            return "a time outside the years 1 to 9999"
        }
        if notBefore >= notAfter { return "it ends before it begins" }
        if !(1...Self.mostUses).contains(uses) { return "\(uses) uses" }
        return nil
    }

    init(_ reader: inout DERReader, object: String) throws {
        let procedure = try reader.text(255, object: object)
        let dossier = try reader.text(255, object: object)
        let purpose = try reader.text(255, object: object)
        let vi = try reader.text(1024, object: object)
        let en = try reader.text(1024, object: object)
        let code = try reader.text(8, object: object)
        guard let language = Language(rawValue: code) else {
            throw VaultError(.newerVersion, object: object, "a language that is not known")
        }
        let text = try reader.text(Self.longestText, object: object)
        let basis = try reader.text(255, object: object)
        let notBefore = try reader.instant(object: object)
        let notAfter = try reader.instant(object: object)
        self.init(
            procedure: procedure, dossier: dossier, purpose: purpose, purposeText: Phrase(vi: vi, en: en),
            textShown: text, language: language, legalBasis: basis, notBefore: notBefore, notAfter: notAfter,
            uses: try reader.next().integer())
        if let fault { throw VaultError(.damaged, object: object, fault) }
    }

    func write(to writer: inout DERWriter) {
        writer.utf8String(procedure)
        writer.utf8String(dossier)
        writer.utf8String(purpose)
        writer.utf8String(purposeText.vi)
        writer.utf8String(purposeText.en)
        writer.utf8String(language.rawValue)
        writer.utf8String(textShown)
        writer.utf8String(legalBasis)
        writer.integer(notBefore.seconds)
        writer.integer(notAfter.seconds)
        writer.integer(uses)
    }
}
