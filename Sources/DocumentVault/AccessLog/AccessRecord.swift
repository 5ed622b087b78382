// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

/// What the access log says of one event: who, what, when, why and under which consent; never values or contents
/// (grant format §10).
public struct AccessRecord: Sendable, Hashable {
    /// What happened.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// A grant was taken into keeping.
        case granted
        /// A share was released: the recipient can read.
        case released
        /// A request was refused.
        case refused
        /// A grant was revoked.
        case revoked
        /// The vault was unlocked, by a session of a portal for example.
        case unlocked
        /// Somebody failed to unlock the vault.
        case unlockFailed = "unlock-failed"

        var number: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }

        /// The event in words.
        public var name: Phrase {
            switch self {
            case .granted: Phrase(vi: "ghi nhận sự đồng ý", en: "a grant was registered")
            case .released: Phrase(vi: "cho cơ quan đọc giấy tờ", en: "the recipient was let in")
            case .refused: Phrase(vi: "từ chối yêu cầu", en: "a request was refused")
            case .revoked: Phrase(vi: "rút lại sự đồng ý", en: "a grant was revoked")
            case .unlocked: Phrase(vi: "mở kho", en: "the vault was unlocked")
            case .unlockFailed: Phrase(vi: "mở kho không thành công", en: "an attempt to unlock the vault failed")
            }
        }
    }

    /// A version of a document, by its ids alone.
    public struct Item: Sendable, Hashable {
        /// The document.
        public let document: DocumentID
        /// The version.
        public let version: VersionID

        /// Names a version.
        public init(document: DocumentID, version: VersionID) {
            self.document = document
            self.version = version
        }
    }

    /// What happened.
    public var kind: Kind
    /// When, by the service's clock.
    public var time: Instant
    /// Name of the agency; empty when nobody authenticated.
    public var agency: String
    /// Who acted, as the agency names its staff.
    public var official: String
    /// SHA-256 of the agency's card.
    public var card: Digest32?
    /// SHA-256 of the grant.
    public var grant: Digest32?
    /// Code of the procedure.
    public var procedure: String
    /// Code of the dossier.
    public var dossier: String
    /// Code of the purpose.
    public var purpose: String
    /// What could be read.
    public var items: [Item]
    /// Why a request was refused, or a grant revoked: a code or a few words without personal data.
    public var reason: String
    /// How many equal events this record stands for; failures are aggregated.
    public var count: Int64

    /// Makes a record; texts are brought to NFC and cut to 255 octets' worth of characters.
    public init(
        _ kind: Kind, at time: Instant, agency: String = "", official: String = "", card: Digest32? = nil,
        grant: Digest32? = nil, procedure: String = "", dossier: String = "", purpose: String = "", items: [Item] = [],
        reason: String = "", count: Int64 = 1
    ) {
        self.kind = kind
        self.time = time
        self.agency = Self.cut(agency)
        self.official = Self.cut(official)
        self.card = card
        self.grant = grant
        self.procedure = Self.cut(procedure)
        self.dossier = Self.cut(dossier)
        self.purpose = Self.cut(purpose)
        self.items = items
        self.reason = Self.cut(reason)
        self.count = count
    }

    private static func cut(_ text: String) -> String {
        var text = text.normalizedNFC
        while text.utf8.count > 255 { text.removeLast() }
        return text
    }

    static let largest = 65_536

    var bytes: [UInt8] {
        DERWriter.bytes { record in
            record.sequence {
                $0.integer(1)
                $0.integer(kind.number, tag: .enumerated)
                $0.integer(time.seconds)
                $0.integer(Int64(time.nanoseconds))
                $0.utf8String(agency)
                $0.utf8String(official)
                $0.octetString(card?.octets ?? [])
                $0.octetString(grant?.octets ?? [])
                $0.utf8String(procedure)
                $0.utf8String(dossier)
                $0.utf8String(purpose)
                $0.sequence { list in
                    for item in items {
                        list.sequence {
                            $0.octetString(item.document.octets)
                            $0.octetString(item.version.octets)
                        }
                    }
                }
                $0.utf8String(reason)
                $0.integer(count)
            }
        }
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        guard bytes.count <= Self.largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        self = try parsed(object) {
            func digest(_ element: DERElement) throws -> Digest32? {
                let octets = try element.octetString()
                guard !octets.isEmpty else { return nil }
                guard let digest = Digest32(octets: octets) else {
                    throw VaultError(.damaged, object: object, "a digest of \(octets.count) octets")
                }
                return digest
            }
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            try reader.version(1, object: object)
            let number = try reader.next().integer(.enumerated)
            guard let kind = Kind.allCases.first(where: { $0.number == number }) else {
                throw VaultError(.newerVersion, object: object, "a kind of event that is not known")
            }
            let seconds = try reader.instant(object: object)
            let nanoseconds = try reader.next().integer()
            guard (0...999_999_999).contains(nanoseconds) else { throw VaultError(.damaged, object: object, "a time") }
            let agency = try reader.text(255, object: object)
            let official = try reader.text(255, object: object)
            let card = try digest(reader.next())
            let grant = try digest(reader.next())
            let procedure = try reader.text(255, object: object)
            let dossier = try reader.text(255, object: object)
            let purpose = try reader.text(255, object: object)
            let items = try reader.next(.sequence).elements().map { element in
                var item = try element.reader(.sequence)
                let document = try item.id(DocumentID.self, object: object)
                let version = try item.id(VersionID.self, object: object)
                try item.end()
                return Item(document: document, version: version)
            }
            let reason = try reader.text(255, object: object)
            let count = try reader.next().integer()
            try reader.end()
            guard count > 0 else { throw VaultError(.damaged, object: object, "a count of \(count)") }
            return AccessRecord(
                kind, at: Instant(seconds: seconds.seconds, nanoseconds: Int32(nanoseconds)), agency: agency,
                official: official, card: card, grant: grant, procedure: procedure, dossier: dossier, purpose: purpose,
                items: items, reason: reason, count: count)
        }
    }
}
