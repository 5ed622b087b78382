// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Why a service gave no usable answer. Two errors are equal when their codes are.
public struct TrustServicesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable, CaseIterable {
        /// An address that is not plain `http://` or `https://` of RFC 3986, or that carries user information.
        case invalidAddress
        /// The name leads to an address that documents must not reach: loopback, private, link-local, multicast…
        case addressNotPublic
        /// The host is not on the list of allowed hosts.
        case hostNotAllowed
        /// A proxy is configured, so the address behind the name cannot be judged, and the host is not allow-listed.
        case hiddenByProxy
        /// More redirects than allowed.
        case tooManyRedirects
        /// A redirect to no usable address, from `https` to `http`, or of a request that must not be repeated elsewhere.
        case redirectRefused
        /// No complete answer within the time allowed.
        case timeout
        /// The answer is larger than allowed.
        case tooLarge
        /// The connection ended before the answer did.
        case truncated
        /// The name does not resolve, or nobody answers there.
        case notReachable
        /// No TLS 1.2 or newer with a certificate that the system trusts for this host.
        case insecureConnection
        /// An HTTP status other than 200.
        case unexpectedStatus
        /// An answer that is not what was asked for.
        case unexpectedContent
        /// The service answered that it does not answer; the detail says why.
        case serviceRefused
        /// The service will answer later, or has a fault of its own.
        case serviceBusy
        /// A well-formed answer to another question, or one whose own signature does not hold.
        case wrongAnswer
        /// The certificate names no address over HTTP where to ask.
        case noAddress
        /// The caller's bound on calls, bytes or time was reached.
        case overBudget
        /// The task was cancelled.
        case cancelled
        /// The HTTP library refused a setting or reported something else.
        case internalFailure
    }
    /// The kind of fault.
    public let code: Code
    /// What was found and what was expected; never content.
    public let detail: String
    /// The HTTP status, when the code is `unexpectedStatus`.
    public let status: Int?

    /// Makes an error.
    public init(_ code: Code, status: Int? = nil, _ detail: String) {
        self.code = code
        self.status = status
        self.detail = detail
    }

    /// Whether the same request may succeed a little later; refusals by rule never do.
    public var isTransient: Bool {
        switch code {
        case .timeout, .truncated, .notReachable, .serviceBusy: true
        case .unexpectedStatus: status.map { $0 >= 500 || $0 == 429 || $0 == 408 } ?? false
        default: false
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    public var description: String { "\(code.rawValue): \(detail)" }
}
