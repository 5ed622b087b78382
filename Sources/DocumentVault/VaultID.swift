// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// The name of a vault: SHA-256 of its genesis entry, so that a vault with another owner key has another name.
public struct VaultID: Sendable, Hashable, CustomStringConvertible {
    /// Number of octets.
    public static let byteCount = 32
    /// The 32 octets.
    public let octets: [UInt8]

    /// Takes over 32 octets, or gives `nil` for another number.
    public init?(octets: [UInt8]) {
        guard octets.count == Self.byteCount else { return nil }
        self.octets = octets
    }

    /// Reads 64 hexadecimal digits, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard let octets = Hexadecimal.decode(text) else { return nil }
        self.init(octets: octets)
    }

    init(_ digest: Digest32) { octets = digest.octets }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.encode(octets) }
}
