// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// A number that identifies the holder of a certificate: citizen id, tax code and the like.
///
/// The kind is decided by the shape of the number, because prefixes in circulation contradict it (a twelve-digit citizen
/// id under `CMND:`). The raw value is kept; show only ``masked``.
public struct SubjectIdentifier: Sendable, Hashable {
    /// What the number is, by its shape.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// Twelve digits: personal identification number (căn cước công dân).
        case citizenID = "citizen-id"
        /// Nine digits: former identity card (CMND).
        case formerIdentityCard = "former-identity-card"
        /// Ten digits, or ten and three: tax code (mã số thuế).
        case taxCode = "tax-code"
        /// Passport (prefix HC).
        case passport
        /// Social insurance number (prefix BHXH).
        case socialInsurance = "social-insurance"
        /// Anything else.
        case other
    }
    /// The kind by shape.
    public let kind: Kind
    /// The number without prefix.
    public let value: String
    /// The attribute's text as received.
    public let raw: String
    /// The known prefix as received, for example `CCCD:`; empty without one.
    let prefix: String

    /// Reads one attribute value, for example `CCCD:001099000001`.
    public init(_ raw: String) {
        self.raw = raw
        let upper = raw.uppercased()
        let prefix = ["CCCD:", "CMND:", "MST:", "HC:", "BHXH:", "VATVN-", "IDCVN-", "PNOVN-"].first {
            upper.hasPrefix($0)
        }
        self.prefix = String(raw.prefix(prefix?.count ?? 0))
        let number = String(raw.dropFirst(prefix?.count ?? 0)).filter { !$0.isWhitespace }
        value = number
        let digits = number.utf8.allSatisfy { (48...57).contains($0) }
        let parts = number.split(separator: "-", omittingEmptySubsequences: false)
        let isBranch =
            parts.count == 2 && parts[0].count == 10 && parts[1].count == 3
            && parts.joined().utf8.allSatisfy { (48...57).contains($0) }
        switch (prefix, number.count) {
        case ("HC:", _): kind = .passport
        case ("BHXH:", _): kind = .socialInsurance
        case (_, 12) where digits: kind = .citizenID
        case (_, 9) where digits: kind = .formerIdentityCard
        case (_, 10) where digits, (_, 13) where digits: kind = .taxCode
        case _ where isBranch: kind = .taxCode
        default: kind = .other
        }
    }

    /// The number with all but the first four and last two characters hidden, for example `0010******47`.
    public var masked: String {
        guard value.count > 6 else { return String(repeating: "*", count: value.count) }
        return value.prefix(4) + String(repeating: "*", count: value.count - 6) + value.suffix(2)
    }
}

extension DistinguishedName {
    private static let identifierTypes: Set<ObjectIdentifier> = [.userIdentifier, "2.5.4.97", "2.5.4.5"]

    /// The identifiers of the holder: every UID, organizationIdentifier and serialNumber, in the name's order.
    public var subjectIdentifiers: [SubjectIdentifier] {
        relativeNames.joined().filter { Self.identifierTypes.contains($0.type) }.compactMap(\.text)
            .map(SubjectIdentifier.init)
    }

    /// The text of the name with every identifier masked, also where another attribute repeats it.
    public var maskedDescription: String {
        let identifiers = subjectIdentifiers
        return text { attribute in
            guard let text = attribute.text else { return nil }
            guard Self.identifierTypes.contains(attribute.type) else {
                return identifiers.filter { $0.value.count > 6 }.reduce(text) {
                    $0.replacing($1.value, with: $1.masked)
                }
            }
            let identifier = SubjectIdentifier(text)
            return identifier.prefix + identifier.masked
        }
    }
}
