// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// GeneralName (RFC 5280 §4.2.1.6), as far as names are compared here.
enum GeneralName: Sendable, Hashable {
    case mail(String)
    case dns(String)
    case uri(String)
    case directory(DistinguishedName)
    /// 4 or 16 octets; twice as many in a name constraint.
    case address([UInt8])
    /// otherName, x400Address, ediPartyName or registeredID, by tag number; not compared.
    case other(UInt8)

    /// The number of the tag, which tells the forms apart.
    var form: UInt8 {
        switch self {
        case .mail: 1
        case .dns: 2
        case .directory: 4
        case .uri: 6
        case .address: 7
        case .other(let number): number
        }
    }

    init(_ element: DERElement) throws(DERSyntaxError) {
        // An IA5String; what lies outside it occurs in real certificates and can only be unlike every constraint.
        func text() -> String { String(decoding: element.contentBytes, as: UTF8.self) }
        switch element.tag {
        case .contextPrimitive(1): self = .mail(text())
        case .contextPrimitive(2): self = .dns(text())
        case .contextPrimitive(6): self = .uri(text())
        case .context(4): self = .directory(try DistinguishedName(element.explicitContent()))
        case .contextPrimitive(7): self = .address(element.contentBytes)
        case .context(0), .context(3), .context(5), .contextPrimitive(8): self = .other(element.tag.number)
        default:
            throw DERSyntaxError(
                .unexpectedTag, at: element.range.lowerBound, clause: "RFC 5280 4.2.1.6", "no form of GeneralName")
        }
    }

    /// Reads GeneralNames; at most 4,096.
    static func all(_ element: DERElement) throws(DERSyntaxError) -> [GeneralName] {
        let items = try element.elements()
        guard items.count <= 4_096 else {
            throw DERSyntaxError(.limitExceeded, at: element.range.lowerBound, "more than 4,096 names")
        }
        return try items.map { item throws(DERSyntaxError) in try GeneralName(item) }
    }
}
