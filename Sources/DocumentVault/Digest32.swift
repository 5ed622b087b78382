// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// A SHA-256 digest (FIPS 180-4).
public struct Digest32: Sendable, Hashable, CustomStringConvertible {
    private let first, second, third, fourth: UInt64

    /// The 32 octets.
    public var octets: [UInt8] { WordOctets.octets(first, second, third, fourth) }

    /// Takes over 32 octets, or gives `nil` for another number.
    public init?(octets: some RandomAccessCollection<UInt8>) {
        guard octets.count == 32 else { return nil }
        self.init(exactly: octets)
    }

    private init(exactly octets: some RandomAccessCollection<UInt8>) {
        first = WordOctets.word(octets)
        second = WordOctets.word(octets, at: 8)
        third = WordOctets.word(octets, at: 16)
        fourth = WordOctets.word(octets, at: 24)
    }

    /// Reads 64 hexadecimal digits, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard let octets = Hexadecimal.decode(text) else { return nil }
        self.init(octets: octets)
    }

    /// The digest of octets.
    public init(of octets: [UInt8]) throws(VaultError) {
        do {
            self.init(exactly: try DigestAlgorithm.sha256.digest(of: octets))
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// Thirty-two zero octets: what stands before a genesis.
    static let zero = Self(zeros: ())

    private init(zeros: Void) { (first, second, third, fourth) = (0, 0, 0, 0) }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.encode(octets) }
}
