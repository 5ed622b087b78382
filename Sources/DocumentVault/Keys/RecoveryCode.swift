// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// 256 random bits that open a vault when the passphrase is lost (format §5).
public final class RecoveryCode: Sendable, CustomStringConvertible {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    let octets: SecretBytes

    /// Makes a new code.
    public init(random: some RandomSource) { octets = random.secret(32) }

    /// Reads a code as a person types it: case, spaces and hyphens do not matter, O is 0, I and L are 1.
    ///
    /// - Throws: ``VaultError`` with code `mistypedCode`.
    public init(_ text: String) throws(VaultError) {
        var bits: [UInt8] = []
        var buffer: UInt32 = 0
        var count = 0
        for character in text.uppercased().utf8 {
            let value: UInt32
            switch character {
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                continue
            case UInt8(ascii: "O"): value = 0
            case UInt8(ascii: "I"), UInt8(ascii: "L"): value = 1
            default:
                guard let index = Self.alphabet.firstIndex(of: character) else {
                    throw VaultError(.mistypedCode, "a character that no code has")
                }
                value = UInt32(index)
            }
            buffer = (buffer << 5 | value) & 0xfff
            count += 5
            if count >= 8 {
                count -= 8
                bits.append(UInt8(truncatingIfNeeded: buffer >> UInt32(count)))
            }
            guard bits.count <= 35 else { throw VaultError(.mistypedCode, "more than 56 characters") }
        }
        guard bits.count == 35, count == 0 else { throw VaultError(.mistypedCode, "not 56 characters") }
        let secret = SecretBytes(copying: Array(bits.prefix(32)))
        guard Array(bits[32...]) == (try Self.checksum(of: secret)) else {
            throw VaultError(.mistypedCode, "the checksum does not fit")
        }
        octets = secret
    }

    /// The code in 14 groups of four characters, for printing; this is the secret itself.
    public func text() throws(VaultError) -> String {
        let all = octets.withSpan { span in span.indices.map { span[$0] } } + (try Self.checksum(of: octets))
        var characters: [UInt8] = []
        var buffer: UInt32 = 0
        var count = 0
        for octet in all {
            buffer = (buffer << 8 | UInt32(octet)) & 0xfff
            count += 8
            while count >= 5 {
                count -= 5
                if characters.count % 5 == 4 { characters.append(UInt8(ascii: "-")) }
                characters.append(Self.alphabet[Int(buffer >> UInt32(count)) & 31])
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Never the code.
    public var description: String { "<recovery code>" }

    private static func checksum(of secret: borrowing SecretBytes) throws(VaultError) -> [UInt8] {
        let octets = secret.withSpan { span in span.indices.map { span[$0] } }
        let label = Array("dossierkit/vault/1/recovery-code".utf8) + [0]
        return Array(try Digest32(of: label + octets).octets.prefix(3))
    }
}
