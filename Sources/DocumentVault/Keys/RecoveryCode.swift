// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// 256 random bits that open a vault when the passphrase is lost (format §5).
public final class RecoveryCode: Sendable, CustomStringConvertible {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    let octets: SecretBytes

    /// Makes a new code.
    public init(random: some RandomSource) { octets = random.secret(32) }

    /// Reads a code as a person types it or a program wrote it: case, spaces, hyphens and dashes of any kind do not
    /// matter, nor does a byte order mark; O is 0, I and L are 1.
    ///
    /// - Throws: ``VaultError`` with code `mistypedCode`.
    public init(_ text: String) throws(VaultError) {
        var bits: [UInt8] = []
        // So that it does not leave a copy behind when it grows.
        bits.reserveCapacity(36)
        var buffer: UInt32 = 0
        var count = 0
        for scalar in text.unicodeScalars where !Self.separates(scalar) {
            let value: UInt32
            // What is no ASCII stands for no character of a code.
            let octet = UInt8(exactly: scalar.value) ?? 0
            let character = (0x61...0x7a).contains(octet) ? octet - 32 : octet
            switch character {
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
        let checksum = Array(bits[32...])
        bits.removeLast(3)
        let secret = SecretBytes(wiping: &bits)
        guard checksum == (try Self.checksum(of: secret)) else {
            throw VaultError(.mistypedCode, "the checksum does not fit")
        }
        octets = secret
    }

    private static func separates(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .dashPunctuation
            || scalar.properties.generalCategory == .format
    }

    /// The code in 14 groups of four characters, for printing; this is the secret itself.
    public func text() throws(VaultError) -> String {
        let checksum = try Self.checksum(of: octets)
        let all = SecretBytes(byteCount: 35) { output in
            octets.withSpan { for index in $0.indices { output.append($0[index]) } }
            for octet in checksum { output.append(octet) }
        }
        var characters: [UInt8] = []
        var buffer: UInt32 = 0
        var count = 0
        all.withSpan { span in
            for index in span.indices {
                buffer = (buffer << 8 | UInt32(span[index])) & 0xfff
                count += 8
                while count >= 5 {
                    count -= 5
                    if characters.count % 5 == 4 { characters.append(UInt8(ascii: "-")) }
                    characters.append(Self.alphabet[Int(buffer >> UInt32(count)) & 31])
                }
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Never the code.
    public var description: String { "<recovery code>" }

    private static func checksum(of secret: borrowing SecretBytes) throws(VaultError) -> [UInt8] {
        var labelled = Array("dossierkit/vault/1/recovery-code".utf8) + [0]
        labelled.reserveCapacity(labelled.count + secret.byteCount)
        secret.withSpan { for index in $0.indices { labelled.append($0[index]) } }
        let digest = try Digest32(of: labelled)
        _ = SecretBytes(wiping: &labelled)
        return Array(digest.octets.prefix(3))
    }
}
