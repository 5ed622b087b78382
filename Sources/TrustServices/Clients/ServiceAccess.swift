// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How services are reached: a fetcher, and where the operator sends addresses of documents instead.
public struct ServiceAccess: Sendable {
    /// Who fetches.
    public let fetcher: any HTTPFetching
    /// The operator's table; a remapped address counts as named by the operator.
    public let remapping: URLRemapping
    /// How often an address that does not answer is asked again.
    public let retry: RetryPolicy

    /// Makes an access.
    public init(
        _ fetcher: any HTTPFetching, remapping: URLRemapping = URLRemapping(), retry: RetryPolicy = RetryPolicy()
    ) {
        self.fetcher = fetcher
        self.remapping = remapping
        self.retry = retry
    }

    /// Asks at an address that a document names.
    ///
    /// - Returns: The body of an answer with status 200.
    /// - Throws: ``TrustServicesError``; any other status is `unexpectedStatus`.
    public func body(
        _ method: HTTPRequest.Method = .get, at text: String, limits: HTTPRequest.Limits
    ) async throws(TrustServicesError) -> [UInt8] {
        try await body(of: request(method, text, limits))
    }

    /// Asks exactly what a request says, again while that may help.
    ///
    /// - Throws: ``TrustServicesError``; a status other than 200 is `unexpectedStatus`.
    public func body(of request: HTTPRequest) async throws(TrustServicesError) -> [UInt8] {
        try await retry.run { () async throws(TrustServicesError) in try await once(request) }
    }

    /// Asks once.
    func once(_ request: HTTPRequest) async throws(TrustServicesError) -> [UInt8] {
        let response = try await fetcher.response(to: request)
        guard response.status == 200 else {
            throw TrustServicesError(
                .unexpectedStatus, status: response.status, "status \(response.status) from \(request.address.host)")
        }
        return response.body
    }

    /// The request for an address that a document names.
    func request(
        _ method: HTTPRequest.Method, _ text: String, _ limits: HTTPRequest.Limits
    ) throws(TrustServicesError) -> HTTPRequest {
        let address = try HTTPAddress(text)
        if let target = try remapping.target(of: address) {
            return HTTPRequest(method, target, from: .user, limits: limits)
        }
        return HTTPRequest(method, address, from: .document, limits: limits)
    }
}
