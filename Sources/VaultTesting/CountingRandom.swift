// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// Octets that are the same for the same number, and different for others: for tests that must repeat themselves.
public struct CountingRandom: RandomSource {
    private let number: Int

    /// Makes a source.
    public init(_ number: Int) { self.number = number }

    public func fill(_ span: inout OutputSpan<UInt8>) {
        var state = UInt64(bitPattern: Int64(number)) &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
        while span.freeCapacity > 0 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            span.append(UInt8(truncatingIfNeeded: state >> 32))
        }
    }
}
