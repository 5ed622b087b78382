// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Octets as a key of sets and dictionaries.
///
/// An array of octets is hashed octet by octet; these are hashed in one go, which is some twenty times faster over
/// certificates and lists. All of them are, so that nobody can choose what collides.
package struct OctetString: Hashable, Sendable {
    /// The octets.
    package let octets: [UInt8]

    /// Wraps octets; they are not copied.
    package init(_ octets: [UInt8]) { self.octets = octets }

    package func hash(into hasher: inout Hasher) {
        unsafe octets.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
