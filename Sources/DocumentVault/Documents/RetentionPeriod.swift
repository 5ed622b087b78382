// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How long a document is to be kept, as its owner's software or the producing agency says; a legal hold is something else
/// (``LegalHold``), and nothing is erased by itself when the period ends.
public enum RetentionPeriod: Sendable, Hashable, CustomStringConvertible {
    /// Without end.
    case permanent
    /// So many years, 1 to 999.
    case years(Int)

    /// Reads `permanent` or a period of whole years as ISO 8601 writes it (`P70Y`); `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text != "permanent" else {
            self = .permanent
            return
        }
        let octets = Array(text.utf8)
        guard (3...5).contains(octets.count), octets[0] == UInt8(ascii: "P"), octets.last == UInt8(ascii: "Y"),
            octets[1] != UInt8(ascii: "0"),
            octets.dropFirst().dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let years = Int(String(decoding: octets.dropFirst().dropLast(), as: UTF8.self))
        else { return nil }
        self = .years(years)
    }

    /// `permanent`, or the years as `P70Y`.
    public var description: String {
        switch self {
        case .permanent: "permanent"
        case .years(let years): "P\(years)Y"
        }
    }
}
