// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit

/// What a person does at the portal.
public enum PortalRole: String, Sendable, Hashable, Codable {
    /// A citizen with a vault.
    case citizen
    /// An official of an agency.
    case official
}

/// Who a person is, on the word of an identity provider.
///
/// The portal takes this from whatever signs people in and imitates no real provider; `method` is shown on every page, so
/// that nobody takes the demonstration's sign-in for a real one.
public struct IdentityAssertion: Sendable, Hashable, Codable {
    /// How somebody was signed in.
    public enum Method: String, Sendable, Hashable, Codable {
        /// A choice from a list of invented persons: proves nothing.
        case demonstration
        /// A provider that the portal's operator has connected.
        case provider
    }
    /// Personal identification number, or the provider's own identifier.
    public let subject: String
    /// Full name.
    public let name: String
    /// As what the person comes.
    public let role: PortalRole
    /// How the person was signed in.
    public let method: Method
    /// When.
    public let at: Instant

    /// States who a person is.
    public init(subject: String, name: String, role: PortalRole, method: Method, at: Instant) {
        self.subject = subject
        self.name = name
        self.role = role
        self.method = method
        self.at = at
    }
}

/// Signs people in.
public protocol IdentityProvider: Sendable {
    /// The persons that the sign-in page offers; empty for a provider with pages of its own.
    var choices: [IdentityChoice] { get }
    /// Who somebody is, `nil` when the answer proves nobody.
    func assertion(for answer: String, at time: Instant) async -> IdentityAssertion?
}

/// One person on the sign-in page of the demonstration.
public struct IdentityChoice: Sendable, Hashable {
    /// What the form sends.
    public let answer: String
    /// The person's name.
    public let name: String
    /// As what the person comes.
    public let role: PortalRole

    /// Makes a choice.
    public init(answer: String, name: String, role: PortalRole) {
        self.answer = answer
        self.name = name
        self.role = role
    }
}
