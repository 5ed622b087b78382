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
    /// Largest content, in octets, that is put by one request, for which it is held in memory; a larger one goes in parts.
    public var singleOctets = 32 << 20
    /// Octets of one part, two on their way while the next is sealed. At least 5 MiB, the least that S3 takes.
    public var partOctets = 16 << 20

    /// The usual settings.
    public init() {}
}
