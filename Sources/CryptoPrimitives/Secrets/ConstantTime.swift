// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// Comparison that does not tell by its duration where two values differ.
public enum ConstantTime {
    /// Whether two runs of octets are equal; only a difference in length is found early.
    public static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        let count = left.count
        return unsafe left.withCPointer { one in
            unsafe right.withCPointer { two in unsafe sodium_memcmp(one, two, count) == 0 }
        }
    }
}
