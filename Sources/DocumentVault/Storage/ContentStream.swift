// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A sealed content on its way into a store, pulled piece by piece so that memory stays constant.
///
/// Called from one thread at a time and possibly blocking; a store pulls it off the cooperative pool.
public protocol ContentStream: Sendable {
    /// The next octets, never empty, or `nil` at the end.
    func next() throws -> [UInt8]?
}
