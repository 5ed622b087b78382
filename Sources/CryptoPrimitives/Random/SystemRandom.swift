// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// The operating system's random source, by libsodium's `randombytes_buf`; the only place that reaches it.
public struct SystemRandom: RandomSource {
    /// Makes the source.
    public init() { SodiumLibrary.start() }

    public func fill(_ span: inout OutputSpan<UInt8>) {
        let count = span.freeCapacity
        _ = unsafe span.append(count: count) { target in
            unsafe randombytes_buf(target, count)
            return true
        }
    }
}
