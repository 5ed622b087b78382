// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// A SHA-256 digest (FIPS 180-4).
public struct Digest32: Sendable, Hashable, CustomStringConvertible {
    /// The 32 octets.
    public let octets: [UInt8]

    /// Takes over 32 octets, or gives `nil` for another number.
    public init?(octets: [UInt8]) {
        guard octets.count == 32 else { return nil }
        self.octets = octets
    }

    /// Reads 64 hexadecimal digits, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard let octets = Hexadecimal.decode(text) else { return nil }
        self.init(octets: octets)
    }

    /// The digest of octets.
    public init(of octets: [UInt8]) throws(VaultError) {
        do {
            self.octets = try DigestAlgorithm.sha256.digest(of: octets)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// Thirty-two zero octets: what stands before a genesis.
    static let zero = Self(zeros: ())

    private init(zeros: Void) { octets = [UInt8](repeating: 0, count: 32) }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.encode(octets) }
}
