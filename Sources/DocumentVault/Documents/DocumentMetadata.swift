// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What the owner's software says of a document: type, names, numbers, dates.
///
/// Assurance is not among it: see ``Provenance``. Texts are normalised to NFC when they are stored. Those of a new
/// version have no control characters or separators of lines: each is one line where it is shown.
public struct DocumentMetadata: Sendable, Hashable {
    /// Code of the document type; `other` always exists.
    public var type: String
    /// The person's name for it: 1 to 255 octets of UTF-8, without `/` and control characters.
    public var name: String
    /// Media type (RFC 6838), for example `application/pdf`.
    public var mediaType: String
    /// Code of the issuing agency.
    public var issuerCode: String?
    /// Name of the issuing agency.
    public var issuerName: String?
    /// Number or sign on the document.
    public var number: String?
    /// Day of issue.
    public var issuedOn: CalendarDate?
    /// First day of validity.
    public var validFrom: CalendarDate?
    /// Last day of validity; `nil` when it has none.
    public var validUntil: CalendarDate?
    /// How the electronic document came to be.
    public var confidence: ConfidenceLevel?
    /// Code of the dossier that produced it.
    public var dossier: String?
    /// Code of the procedure that produced it.
    public var procedure: String?
    /// Documents that this one takes the place of.
    public var supersedes: [DocumentID] = []
    /// Opaque ids of the persons it is about.
    public var subjects: [String] = []
    /// Whether its personal data are sensitive in the sense of the law.
    public var isSensitive: Bool?
    /// How long it is to be kept.
    public var retention: RetentionPeriod?
    /// Members that this version does not know, kept as they are.
    public var additional: [String: [String]] = [:]

    /// Makes a description.
    public init(type: String, name: String, mediaType: String) {
        self.type = type
        self.name = name
        self.mediaType = mediaType
    }

    private static let known: Set<String> = [
        "type", "name", "mediaType", "issuerCode", "issuerName", "number", "issuedOn", "validFrom", "validUntil",
        "confidence", "dossier", "procedure", "supersedes", "subjects", "sensitivity",
        "retention",
    ]

    /// Texts that stand in lists and tables.
    private static let shown = [
        "type", "name", "mediaType", "issuerCode", "issuerName", "number", "dossier", "procedure", "subjects",
        "depositor",
    ]

    /// The members as they are sealed.
    ///
    /// - Parameter isNew: Whether a version is made of it; what a vault has already may be older than a rule.
    /// - Throws: ``VaultError`` with code `invalidMetadata`.
    func members(isNew: Bool = true) throws(VaultError) -> Members {
        var members = additional.isEmpty ? Members() : Members(additional.filter { !Self.known.contains($0.key) })
        members["type"] = type
        members["name"] = name.normalizedNFC
        members["mediaType"] = mediaType
        members["issuerCode"] = issuerCode
        members["issuerName"] = issuerName?.normalizedNFC
        members["number"] = number?.normalizedNFC
        members["issuedOn"] = issuedOn?.description
        members["validFrom"] = validFrom?.description
        members["validUntil"] = validUntil?.description
        members["confidence"] = confidence?.rawValue
        members["dossier"] = dossier?.normalizedNFC
        members["procedure"] = procedure
        members[all: "supersedes"] = supersedes.map(\.description)
        members[all: "subjects"] = subjects
        members["sensitivity"] = isSensitive.map { $0 ? "sensitive" : "basic" }
        members["retention"] = retention?.description
        if let fault = Self.fault(in: members) { throw VaultError(.invalidMetadata, fault) }
        if isNew, let name = Self.shown.first(where: { members[all: $0].contains(where: \.breaksLine) }) {
            throw VaultError(.invalidMetadata, "control characters or line breaks in the member \(name)")
        }
        return members
    }

    init(_ members: Members, object: String) throws(VaultError) {
        if let fault = Self.fault(in: members) { throw VaultError(.damaged, object: object, "metadata: \(fault)") }
        type = members["type"] ?? ""
        name = members["name"] ?? ""
        mediaType = members["mediaType"] ?? ""
        issuerCode = members["issuerCode"]
        issuerName = members["issuerName"]
        number = members["number"]
        issuedOn = members["issuedOn"].flatMap { CalendarDate($0) }
        validFrom = members["validFrom"].flatMap { CalendarDate($0) }
        validUntil = members["validUntil"].flatMap { CalendarDate($0) }
        confidence = members["confidence"].flatMap(ConfidenceLevel.init(rawValue:))
        dossier = members["dossier"]
        procedure = members["procedure"]
        supersedes = members[all: "supersedes"].compactMap { DocumentID($0) }
        subjects = members[all: "subjects"]
        isSensitive = members["sensitivity"].map { $0 == "sensitive" }
        retention = members["retention"].flatMap { RetentionPeriod($0) }
        additional = members.others(than: Self.known)
    }

    // Which member breaks the format; never what it says.
    private static func fault(in members: Members) -> String? {
        guard let name = members["name"], (1...255).contains(name.utf8.count),
            !name.utf8.contains(UInt8(ascii: "/")), !name.hasControls, name != ".", name != ".."
        else { return "the name is empty, longer than 255 octets, or has a slash or control characters" }
        guard let type = members["type"], (1...64).contains(type.utf8.count) else { return "the type code" }
        guard let mediaType = members["mediaType"], (3...127).contains(mediaType.utf8.count), mediaType.contains("/")
        else { return "the media type" }
        for day in ["issuedOn", "validFrom", "validUntil"] {
            if let text = members[day], CalendarDate(text) == nil { return day }
        }
        if let text = members["confidence"], ConfidenceLevel(rawValue: text) == nil { return "confidence" }
        if let text = members["sensitivity"], text != "basic", text != "sensitive" { return "sensitivity" }
        if let text = members["retention"], RetentionPeriod(text) == nil { return "retention" }
        guard members[all: "supersedes"].allSatisfy({ DocumentID($0) != nil }) else { return "supersedes" }
        return members.octetCount <= 1 << 20 ? nil : "more than 1 MiB"
    }
}
