// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
import Synchronization

/// One request with all its redirects; runs on one thread, may be cancelled from any.
final class FetchCall: Sendable {
    private let request: HTTPRequest
    private let settings: CURLSettings
    private let cancelled = Atomic(false)

    init(_ request: HTTPRequest, _ settings: CURLSettings) {
        self.request = request
        self.settings = settings
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// Sends the request and follows its redirects.
    func run() -> Result<HTTPResponse, TrustServicesError> {
        do {
            return .success(try follow())
        } catch {
            return .failure(error)
        }
    }

    private func follow() throws(TrustServicesError) -> HTTPResponse {
        guard Self.isInitialised else { throw TrustServicesError(.internalFailure, "libcurl does not start") }
        var hop = CURLHop(request: request, urlGuard: guardFor(request.address), proxy: nil)
        var redirects = 0
        while true {
            let proxy = settings.proxy.url(isSecure: hop.request.address.isSecure)
            hop.proxy = proxy
            try hop.urlGuard?.check(hop.request.address, isBehindProxy: proxy != nil)
            let transfer = CURLTransfer(hop, settings) { self.isCancelled }
            let (response, target) = try transfer.run()
            guard let target else { return response }
            guard redirects < request.limits.redirects else {
                throw TrustServicesError(.tooManyRedirects, "more than \(request.limits.redirects)")
            }
            redirects += 1
            let next = try redirected(hop.request.address, to: target, status: response.status)
            hop.request.address = next
            hop.urlGuard = guardFor(next)
            hop.request.limits.milliseconds -= transfer.milliseconds
            guard hop.request.limits.milliseconds > 0 else {
                throw TrustServicesError(.timeout, "no time left after \(redirects) redirects")
            }
        }
    }

    /// The guard for an address: none where the operator named this very host, else the document's.
    private func guardFor(_ address: HTTPAddress) -> DocumentURLGuard? {
        request.origin == .user && address.hasSameOrigin(as: request.address) ? nil : settings.urlGuard
    }

    private func redirected(
        _ from: HTTPAddress, to target: String, status: Int
    ) throws(TrustServicesError) -> HTTPAddress {
        let address: HTTPAddress
        do {
            address = try HTTPAddress(target)
        } catch {
            throw TrustServicesError(.redirectRefused, "a redirect to no usable address: \(error.detail)")
        }
        guard !from.isSecure || address.isSecure else {
            throw TrustServicesError(.redirectRefused, "a redirect from https to http")
        }
        // RFC 9110 §15.4: only 307 and 308 keep the method; the others would turn the question into another one.
        if case .post = request.method, status != 307, status != 308 {
            throw TrustServicesError(.redirectRefused, "status \(status) would not repeat the request")
        }
        return address
    }

    private static let isInitialised = dossier_curl_global_init() == CURLE_OK
}

/// One step of a call: where to, and what is checked there.
struct CURLHop {
    var request: HTTPRequest
    var urlGuard: DocumentURLGuard?
    var proxy: String?
}
