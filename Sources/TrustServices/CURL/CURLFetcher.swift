// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// HTTP by libcurl on threads of its own, at most four calls at once.
///
/// Speaks `http` and `https` only, TLS 1.2 or newer, checks certificates and host names against the system's authorities,
/// asks for no compression, keeps no cookies and no connection. Addresses that documents name pass the guard before
/// anything is connected, and again at every redirect.
public final class CURLFetcher: HTTPFetching {
    /// Most calls at once.
    public static let concurrentCalls = 4

    private let settings: CURLSettings
    private let threads = CallThreads(limit: CURLFetcher.concurrentCalls)

    /// Makes a fetcher.
    ///
    /// - Parameters:
    ///   - urlGuard: Which addresses of documents may be fetched.
    ///   - proxy: The proxy to use; behind one, addresses of documents are refused unless the guard names their host.
    ///   - authorities: Path of a PEM file with the authorities for `https`; `nil` for the system's.
    public init(
        urlGuard: DocumentURLGuard = DocumentURLGuard(), proxy: HTTPProxy = .environment, authorities: String? = nil
    ) {
        settings = CURLSettings(urlGuard: urlGuard, proxy: proxy, authorities: authorities)
    }

    public func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
        let call = FetchCall(request, settings)
        return try await threads.result(of: call)
    }
}

/// What holds for every call of one fetcher.
struct CURLSettings: Sendable {
    let urlGuard: DocumentURLGuard
    let proxy: HTTPProxy
    let authorities: String?
}
