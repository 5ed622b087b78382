// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// SplitMix64: the same seed gives the same choices on every machine, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Begins with a seed.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

extension [UInt8] {
    /// At most `count` lengths below the array's, spread evenly, the first and the last included.
    public func cutLengths(_ count: Int) -> [Int] {
        guard self.count > count else { return Array<Int>(0..<self.count) }
        return (0..<count).map { $0 * (self.count - 1) / (count - 1) }
    }

    /// A copy with one byte changed to another value.
    public func changingOneByte(_ generator: inout SeededGenerator) -> [UInt8] {
        guard !isEmpty else { return self }
        var copy = self
        copy[Int.random(in: 0..<count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
        return copy
    }
}
