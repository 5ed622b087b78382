// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How patient an object store's client is, and how much it does at once.
public struct ObjectStoreSettings: Sendable, Hashable {
    /// Most rounds of one call over all gateways; at least 1.
    public var rounds = 5
    /// Milliseconds after which a gateway that does not accept a connection is given up.
    public var connectMilliseconds = 3_000
    /// Seconds without an octet in either direction after which an attempt is given up; at least 1.
    public var stallSeconds = 15
    /// Milliseconds after a round in which every gateway failed; doubled for each further one, at most 5 s.
    public var backoffMilliseconds = 200
    /// Most requests at once; at least 1.
    public var concurrentCalls = 32
    /// Octets of one part: a larger content is put in parts, several at once. At least 5 MiB, the least that S3 takes.
    ///
    /// An upload holds up to four parts in memory.
    public var partOctets = 8 << 20

    /// The usual settings.
    public init() {}
}
