// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The owner's signed leave for a key to grant on the owner's behalf, within a scope and until an end (grant format §3).
///
/// The scope binds what the key may grant: vault, recipient and release service check it. It does not bind what the holder
/// of a delegate's slot can read: a slot opens the whole vault.
public struct Mandate: Sendable, Hashable {
    /// On what ground somebody acts for the owner.
    public enum Ground: String, Sendable, Hashable, CaseIterable, Codable {
        /// A device of the owner.
        case ownDevice = "own-device"
        /// A parent for a child under age.
        case parent
        /// A guardian for a ward.
        case guardian
        /// A written authorisation.
        case powerOfAttorney = "power-of-attorney"
        /// A decision of a court or an authority.
        case appointment
        /// The legal representative of an organisation.
        case legalRepresentative = "legal-representative"
        /// A member of staff of the organisation whose vault it is.
        case seat

        var number: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }

        /// The ground in words.
        public var name: Phrase {
            switch self {
            case .ownDevice: Phrase(vi: "thiết bị của chính chủ kho", en: "a device of the owner")
            case .parent: Phrase(vi: "cha, mẹ của con chưa thành niên", en: "parent of a child under age")
            case .guardian: Phrase(vi: "người giám hộ", en: "guardian")
            case .powerOfAttorney: Phrase(vi: "được ủy quyền bằng văn bản", en: "written authorisation")
            case .appointment:
                Phrase(vi: "được Tòa án hoặc cơ quan nhà nước chỉ định", en: "appointed by a court or authority")
            case .legalRepresentative:
                Phrase(vi: "đại diện theo pháp luật của tổ chức", en: "legal representative of an organisation")
            case .seat: Phrase(vi: "người của tổ chức được giao việc", en: "a member of the organisation's staff")
            }
        }
    }

    /// What a mandate allows.
    public struct Scope: Sendable, Hashable {
        /// Codes of the document types that may be granted; empty: all.
        public var documentTypes: [String]
        /// Codes of the procedures for which may be granted; empty: all.
        public var procedures: [String]

        /// Makes a scope; without arguments everything.
        public init(documentTypes: [String] = [], procedures: [String] = []) {
            self.documentTypes = documentTypes
            self.procedures = procedures
        }

        /// Whether it allows a procedure and types.
        func allows(_ procedure: String, _ types: [String]) -> Bool {
            (procedures.isEmpty || procedures.contains(procedure))
                && (documentTypes.isEmpty || types.allSatisfy(documentTypes.contains))
        }
    }

    /// The mandate.
    public let id: MandateID
    /// The vault.
    public let vault: VaultID
    /// The key that may sign grants.
    public let delegate: VaultVerificationKey
    /// Name of its holder.
    public let name: String
    /// On what ground.
    public let ground: Ground
    /// What may be granted.
    public let scope: Scope
    /// From when.
    public let notBefore: Instant
    /// Until when, for example the eve of a child's 18th birthday.
    public let notAfter: Instant
    private let statement: SignedBody

    static let largest = 16_384
    private static let mostCodes = 64

    /// DER of the mandate.
    public var bytes: [UInt8] { statement.bytes }

    init(
        id: MandateID, vault: VaultID, delegate: VaultVerificationKey, name: String, ground: Ground, scope: Scope,
        notBefore: Instant, notAfter: Instant, signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        try VaultEvent.check(notBefore)
        try VaultEvent.check(notAfter)
        let codes = scope.documentTypes + scope.procedures
        guard (1...255).contains(name.utf8.count), !name.hasControls, notBefore < notAfter,
            scope.documentTypes.count <= Self.mostCodes,
            scope.procedures.count <= Self.mostCodes, codes.allSatisfy({ (1...64).contains($0.utf8.count) })
        else { throw VaultError(.invalidMetadata, "a mandate has a name, a period, and at most 64 codes of each kind") }
        let body = DERWriter.bytes { mandate in
            mandate.sequence {
                $0.integer(1)
                $0.octetString(id.octets)
                $0.octetString(vault.octets)
                $0.octetString(delegate.octets)
                $0.utf8String(name.normalizedNFC)
                $0.integer(ground.number, tag: .enumerated)
                $0.texts(scope.documentTypes)
                $0.texts(scope.procedures)
                $0.integer(notBefore.seconds)
                $0.integer(notAfter.seconds)
            }
        }
        try self.init(SignedBody(.mandate, body, by: key), object: "mandate")
    }

    /// Reads a mandate and checks the owner's signature.
    ///
    /// - Throws: ``VaultError`` with code `damaged` when it is malformed, of another vault, or not signed by its owner.
    public init(parsing bytes: [UInt8], card: VaultCard) throws(VaultError) {
        try self.init(SignedBody(parsing: bytes, largest: Self.largest, object: "mandate"), object: "mandate")
        guard vault == card.vault, statement.isSigned(.mandate, by: card.ownerKey) else {
            throw VaultError(.damaged, object: "mandate", "the owner of the vault did not sign it")
        }
    }

    private init(_ statement: SignedBody, object: String) throws(VaultError) {
        self.statement = statement
        (id, vault, delegate, name, ground, scope, notBefore, notAfter) = try statement.members(object) {
            (reader) throws in
            let id = try reader.id(MandateID.self, object: object)
            let vault = try reader.vault(object: object)
            let delegate = try VaultVerificationKey(reader.next().octetString())
            let name = try reader.text(255, object: object)
            let number = try reader.next().integer(.enumerated)
            guard let ground = Ground.allCases.first(where: { $0.number == number }) else {
                throw VaultError(.newerVersion, object: object, "a ground that is not known")
            }
            let types = try reader.texts(most: Self.mostCodes, octets: 64, object: object)
            let procedures = try reader.texts(most: Self.mostCodes, octets: 64, object: object)
            let scope = Scope(documentTypes: types, procedures: procedures)
            let notBefore = try reader.instant(object: object)
            return (id, vault, delegate, name, ground, scope, notBefore, try reader.instant(object: object))
        }
    }

    /// Whether its period has begun and not ended.
    public func isInForce(at time: Instant) -> Bool { notBefore <= time && time <= notAfter }
}
