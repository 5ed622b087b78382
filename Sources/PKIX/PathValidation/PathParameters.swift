// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// The inputs of path validation about policies (RFC 5280 §6.1.1 (c) to (g)).
public struct PathParameters: Sendable, Hashable {
    /// user-initial-policy-set: the policies that are acceptable; anyPolicy accepts all.
    public var initialPolicies: Set<ObjectIdentifier> = [.anyPolicy]
    /// initial-explicit-policy: the path must be valid for one of ``initialPolicies``.
    public var requiresExplicitPolicy = false
    /// initial-policy-mapping-inhibit.
    public var inhibitsPolicyMapping = false
    /// initial-any-policy-inhibit.
    public var inhibitsAnyPolicy = false

    /// Any policy, nothing required, nothing inhibited.
    public init() {}
}
