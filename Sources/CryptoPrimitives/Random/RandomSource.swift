// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where unpredictable octets come from; a parameter of every call that needs some.
///
/// An implementation must give octets that nobody can predict and that never repeat as a whole: keys, salts and ids of
/// this package rest on it. Tests pass one that repeats, and nothing else may.
public protocol RandomSource: Sendable {
    /// Fills what is free in `span`.
    func fill(_ span: inout OutputSpan<UInt8>)
}

extension RandomSource {
    /// Octets that need not stay secret: ids, salts, nonces.
    public func bytes(_ count: Int) -> [UInt8] { [UInt8](capacity: count) { fill(&$0) } }

    /// Octets that must stay secret: keys.
    public func secret(_ count: Int) -> SecretBytes { SecretBytes(byteCount: count) { fill(&$0) } }
}
