// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit
import FoundationEssentials

/// Where the portal takes the time from; tests give their own.
public struct PortalClock: Sendable {
    private let read: @Sendable () -> Instant

    /// A clock that reads the time by a function.
    public init(_ read: @escaping @Sendable () -> Instant) { self.read = read }

    /// The system's clock.
    public static let system = PortalClock {
        Instant(seconds: Int64(Date().timeIntervalSince1970))
    }

    /// Now.
    public var now: Instant { read() }
}
