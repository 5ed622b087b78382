// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How services are reached: a fetcher, and where the operator sends addresses of documents instead.
public struct ServiceAccess: Sendable {
    /// Who fetches.
    public let fetcher: any HTTPFetching
    /// The operator's table; a remapped address counts as named by the operator.
    public let remapping: URLRemapping

    /// Makes an access.
    public init(_ fetcher: any HTTPFetching, remapping: URLRemapping = URLRemapping()) {
        self.fetcher = fetcher
        self.remapping = remapping
    }

    /// Asks at an address that a document names.
    ///
    /// - Returns: The body of an answer with status 200.
    /// - Throws: ``TrustServicesError``; any other status is `unexpectedStatus`.
    public func body(
        _ method: HTTPRequest.Method = .get, at text: String, limits: HTTPRequest.Limits
    ) async throws(TrustServicesError) -> [UInt8] {
        let address = try HTTPAddress(text)
        if let target = try remapping.target(of: address) {
            return try await body(of: HTTPRequest(method, target, from: .user, limits: limits))
        }
        return try await body(of: HTTPRequest(method, address, from: .document, limits: limits))
    }

    /// Asks exactly what a request says.
    ///
    /// - Throws: ``TrustServicesError``; a status other than 200 is `unexpectedStatus`.
    public func body(of request: HTTPRequest) async throws(TrustServicesError) -> [UInt8] {
        let response = try await fetcher.response(to: request)
        guard response.status == 200 else {
            throw TrustServicesError(
                .unexpectedStatus, status: response.status, "status \(response.status) from \(request.address.host)")
        }
        return response.body
    }
}
