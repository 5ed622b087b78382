// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// Argon2id version 1.3 (RFC 9106) with one lane, by libsodium.
///
/// The cost is held between a floor, so that a hostile store cannot weaken a passphrase, and a ceiling, so that it
/// cannot exhaust the machine. The passphrase is taken as octets: normalising it is the caller's part.
public struct Argon2id: Sendable, Hashable {
    /// Least memory, in KiB: 64 MiB.
    public static let leastMemory = 64 * 1024
    /// Most memory, in KiB: 1 GiB.
    public static let mostMemory = 1024 * 1024
    /// Fewest passes.
    public static let fewestPasses = 3
    /// Most passes.
    public static let mostPasses = 10
    /// Most KiB times passes: 4 GiB.
    public static let mostWork = 4 * 1024 * 1024
    /// Octets of a salt.
    public static let saltByteCount = 16

    /// 64 MiB and 3 passes: the floor, about a tenth of a second.
    public static let floor = Argon2id(unchecked: leastMemory, fewestPasses)
    /// 256 MiB and 3 passes: for a person's own device, about half a second.
    public static let device = Argon2id(unchecked: 256 * 1024, 3)

    /// Memory in KiB.
    public let memory: Int
    /// Number of passes.
    public let passes: Int

    private init(unchecked memory: Int, _ passes: Int) {
        self.memory = memory
        self.passes = passes
    }

    /// Makes parameters.
    ///
    /// - Parameters:
    ///   - memory: In KiB.
    ///   - passes: Number of passes.
    /// - Throws: ``CryptoPrimitivesError`` with code `belowFloor` or `aboveCeiling`.
    public init(memory: Int, passes: Int) throws(CryptoPrimitivesError) {
        guard memory >= Self.leastMemory, passes >= Self.fewestPasses else {
            throw CryptoPrimitivesError(
                .belowFloor, clause: "RFC 9106 4",
                "\(memory) KiB and \(passes) passes, at least \(Self.leastMemory) and \(Self.fewestPasses) are accepted"
            )
        }
        guard memory <= Self.mostMemory, passes <= Self.mostPasses, memory * passes <= Self.mostWork else {
            throw CryptoPrimitivesError(
                .aboveCeiling, clause: "RFC 9106 4",
                "\(memory) KiB and \(passes) passes, at most \(Self.mostMemory), \(Self.mostPasses) and a product of \(Self.mostWork) are accepted"
            )
        }
        self.init(unchecked: memory, passes)
    }

    /// Derives a key. Blocks for the whole computation and takes ``memory`` KiB meanwhile.
    ///
    /// - Parameters:
    ///   - password: The octets of the passphrase.
    ///   - salt: 16 octets.
    ///   - byteCount: 16 to 1024 octets.
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength`, or `resourceExhausted` when memory ran out.
    public func key(
        from password: borrowing SecretBytes, salt: Span<UInt8>, byteCount: Int = 32
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        guard salt.count == Self.saltByteCount, (16...1024).contains(byteCount), password.byteCount <= 1 << 20 else {
            throw CryptoPrimitivesError(
                .invalidLength,
                "a salt of \(salt.count), a key of \(byteCount), a password of \(password.byteCount) octets")
        }
        SodiumLibrary.start()
        let (memory, passes) = (memory, passes)
        return try SecretBytes(byteCount: byteCount) { output throws(CryptoPrimitivesError) in
            let done = unsafe output.append(count: byteCount) { target in
                unsafe password.withCPointer { secret in
                    unsafe secret.withMemoryRebound(to: CChar.self, capacity: password.byteCount) { text in
                        unsafe salt.withCPointer { saltOctets in
                            unsafe crypto_pwhash(
                                target, UInt64(byteCount), text, UInt64(password.byteCount), saltOctets,
                                UInt64(passes), memory * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0
                        }
                    }
                }
            }
            guard done else {
                throw CryptoPrimitivesError(.resourceExhausted, "crypto_pwhash could not take \(memory) KiB")
            }
        }
    }
}
