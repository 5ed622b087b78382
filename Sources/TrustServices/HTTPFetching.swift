// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One request over HTTP.
public struct HTTPRequest: Sendable {
    /// What is done at the address.
    public enum Method: Sendable, Hashable {
        /// The resource is fetched.
        case get
        /// Bytes are sent; `contentType` is their media type.
        case post([UInt8], contentType: String)
    }
    /// Who named the address; it decides whether the guard looks at it.
    public enum Origin: Sendable, Hashable {
        /// A certificate, list or document: hostile until shown otherwise.
        case document
        /// The person who runs the program.
        case user
    }
    /// Bounds of one request, all redirects included.
    public struct Limits: Sendable, Hashable {
        /// Longest time in milliseconds, from the start of the call.
        public var milliseconds: Int64
        /// Largest answer in bytes.
        public var bytes: Int
        /// Most redirects.
        public var redirects: Int

        /// Makes bounds: 30 seconds, 64 MiB, 3 redirects unless stated.
        public init(milliseconds: Int64 = 30_000, bytes: Int = 64 << 20, redirects: Int = 3) {
            self.milliseconds = milliseconds
            self.bytes = bytes
            self.redirects = redirects
        }

        /// For time-stamps, which people may have to confirm: 180 seconds, 1 MiB.
        public static let timeStamp = Limits(milliseconds: 180_000, bytes: 1 << 20)
    }
    /// The address.
    public var address: HTTPAddress
    /// What is done there.
    public var method: Method
    /// Who named the address.
    public var origin: Origin
    /// Bounds.
    public var limits: Limits

    /// Makes a request.
    public init(
        _ method: Method = .get, _ address: HTTPAddress, from origin: Origin = .document, limits: Limits = Limits()
    ) {
        self.address = address
        self.method = method
        self.origin = origin
        self.limits = limits
    }
}

/// An answer over HTTP.
public struct HTTPResponse: Sendable {
    /// The status code, for example 200.
    public let status: Int
    /// The media type as the server wrote it.
    public let contentType: String?
    /// The body, at most as large as the request allowed.
    public let body: [UInt8]

    /// Makes an answer.
    public init(status: Int, contentType: String? = nil, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// The only way by which anything in this library reaches a network. Nothing is fetched unless one is passed in.
///
/// A conforming type keeps the limits of the request, follows redirects itself within them, and refuses addresses of
/// origin ``HTTPRequest/Origin/document`` that a document must not reach (see ``DocumentURLGuard``), redirects included.
public protocol HTTPFetching: Sendable {
    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: ``TrustServicesError``. A status other than 200 is an answer, not an error.
    func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse
}
