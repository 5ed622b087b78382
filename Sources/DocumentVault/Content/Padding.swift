// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Padmé padding: what a size tells is bounded by a number of bits that grows with log log of it.
enum Padding {
    /// Least padded size of a document, in octets.
    static let leastDocument: Int64 = 1024
    /// Least padded size of a journal payload, in octets.
    static let leastPayload: Int64 = 512

    /// The padded size; at most 12 % more than `size` above `least`. Format §4 `pad`.
    static func paddedSize(of size: Int64, least: Int64) -> Int64 {
        guard size > least else { return least }
        let exponent = Int64(63 - size.leadingZeroBitCount)
        let bitsOfExponent = Int64(64 - exponent.leadingZeroBitCount)
        let mask = (Int64(1) << max(exponent - bitsOfExponent, 0)) - 1
        let (sum, overflow) = size.addingReportingOverflow(mask)
        return overflow ? Int64.max : sum & ~mask
    }
}
