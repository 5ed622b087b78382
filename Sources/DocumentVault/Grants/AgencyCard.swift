// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The public keys of an agency, as its certificate's holder states them (grant format §2).
///
/// A card alone proves nothing: `DossierKit` validates the signature over ``bytes`` and gives a ``ValidatedCard``, and
/// only that is taken by ``Vault`` and ``ReleaseService``.
public struct AgencyCard: Sendable, Hashable {
    /// What the keys are for.
    public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
        /// Receives grants and asks for their release.
        case recipient
        /// Keeps the second shares of grants, and the access log.
        case releaseService = "release-service"

        var number: Int64 {
            switch self {
            case .recipient: 0
            case .releaseService: 1
            }
        }
    }

    /// What the keys are for.
    public let role: Role
    /// Name of the agency: that of the certificate's subject.
    public let name: String
    /// Code of the agency, for example `H26.01`; may be empty.
    public let code: String
    /// The key to which shares are sealed.
    public let agreement: X25519PublicKey
    /// The key that signs requests, or receipts and checkpoints.
    public let verification: VaultVerificationKey
    /// From when the keys are used.
    public let notBefore: Instant
    /// Until when the keys are used.
    public let notAfter: Instant
    /// DER of the card: what the agency's certificate signs.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``, by which grants name the card.
    public let digest: Digest32

    static let largest = 4096
    private static let format = "dossierkit/agency-card/1"

    /// Makes a card, to be signed with the agency's certificate.
    ///
    /// - Parameters:
    ///   - role: What the keys are for.
    ///   - name: Name of the agency as in its certificate, at most 255 octets.
    ///   - code: Code of the agency, at most 64 octets.
    ///   - keys: The public keys.
    ///   - notBefore: From when they are used, to the second.
    ///   - notAfter: Until when.
    /// - Throws: ``VaultError`` with code `invalidMetadata`.
    public init(
        _ role: Role, name: String, code: String = "", keys: DeviceCard, notBefore: Instant, notAfter: Instant
    ) throws(VaultError) {
        let (name, code) = (name.normalizedNFC, code.normalizedNFC)
        guard (1...255).contains(name.utf8.count), code.utf8.count <= 64, notBefore < notAfter else {
            throw VaultError(.invalidMetadata, "a card has a name of 1 to 255 octets and a period")
        }
        self.role = role
        self.name = name
        self.code = code
        agreement = keys.agreement
        verification = keys.verification
        self.notBefore = Instant(seconds: notBefore.seconds)
        self.notAfter = Instant(seconds: notAfter.seconds)
        bytes = DERWriter.bytes { card in
            card.sequence {
                $0.utf8String(Self.format)
                $0.integer(role.number, tag: .enumerated)
                $0.utf8String(name)
                $0.utf8String(code)
                $0.octetString(keys.agreement.octets)
                $0.octetString(keys.verification.octets)
                $0.integer(notBefore.seconds)
                $0.integer(notAfter.seconds)
            }
        }
        digest = try Digest32(of: bytes)
    }

    /// Reads a card; who signed it is not judged here.
    ///
    /// - Throws: ``VaultError`` with code `damaged`, or `newerVersion` for another format.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        let object = "agency card"
        guard bytes.count <= Self.largest else { throw VaultError(.damaged, object: object, "\(bytes.count) octets") }
        let card = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            guard try reader.text(64, object: object) == Self.format else {
                throw VaultError(.newerVersion, object: object, "not of the format \(Self.format)")
            }
            let number = try reader.next().integer(.enumerated)
            guard let role = Role.allCases.first(where: { $0.number == number }) else {
                throw VaultError(.newerVersion, object: object, "a role that is not known")
            }
            let name = try reader.text(255, object: object)
            let code = try reader.text(64, object: object)
            let keys = DeviceCard(
                agreement: try X25519PublicKey(reader.next().octetString()),
                verification: try VaultVerificationKey(reader.next().octetString()))
            let notBefore = try reader.instant(object: object)
            let notAfter = try reader.instant(object: object)
            try reader.end()
            return try AgencyCard(role, name: name, code: code, keys: keys, notBefore: notBefore, notAfter: notAfter)
        }
        guard card.bytes == bytes else { throw VaultError(.damaged, object: object, "not in its one encoding") }
        self = card
    }

    /// Whether its period has begun and not ended.
    public func isInForce(at time: Instant) -> Bool { notBefore <= time && time <= notAfter }
}
