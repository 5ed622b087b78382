// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How a portal is run.
public struct PortalSettings: Sendable {
    /// Whether it is reached by HTTPS only: cookies are then sent over nothing else.
    public var isSecure = false
    /// Largest file in octets.
    public var largestUpload = 20 << 20
    /// Most octets of files that are held in memory at a time.
    public var uploadMemory = 160 << 20
    /// Seconds in which a file has to be there: who sends an octet now and then holds what others need.
    public var uploadSeconds = 300
    /// How long sessions last.
    public var sessions = SessionLimits()
    /// How many times as often as the rules say one address may ask: for measuring, where one stands for many.
    public var rateFactor = 1
    /// Most derivations of keys that run or wait; who comes then is asked to come again.
    public var unlocks = 4

    /// The settings of the demonstration.
    public init() {}

    /// Name of the cookie; the prefix has browsers take it from HTTPS and this host alone (RFC 6265bis §4.1.3).
    var cookieName: String { isSecure ? "__Host-portal" : "portal" }
}
