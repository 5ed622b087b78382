// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL

/// One exchange with one server: request, answer, nothing kept. Used on one thread only.
final class CURLTransfer {
    private let hop: CURLHop
    private let settings: CURLSettings
    private let isCancelled: () -> Bool
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var hasRefusedAddress = false
    /// How long the exchange took.
    private(set) var milliseconds: Int64 = 0

    init(_ hop: CURLHop, _ settings: CURLSettings, isCancelled: @escaping () -> Bool) {
        self.hop = hop
        self.settings = settings
        self.isCancelled = isCancelled
    }

    /// Sends the request.
    ///
    /// - Returns: The answer, and the absolute address of a redirect when it is one.
    func run() throws(TrustServicesError) -> (response: HTTPResponse, redirect: String?) {
        guard let handle = unsafe curl_easy_init() else {
            throw TrustServicesError(.internalFailure, "no handle from libcurl")
        }
        defer { unsafe curl_easy_cleanup(handle) }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl_slist_free_all(headers) }
        try unsafe configure(handle)
        try unsafe configureMethod(handle, &headers)
        let code = unsafe curl_easy_perform(handle)
        milliseconds = unsafe dossier_curl_microseconds(handle) / 1_000 + 1
        let status = unsafe dossier_curl_status(handle)
        try check(code)
        let redirect = unsafe dossier_curl_redirect(handle).map { unsafe String(cString: $0) }
        let type = unsafe dossier_curl_content_type(handle).map { unsafe String(cString: $0) }
        return (HTTPResponse(status: status, contentType: type, body: body), redirect)
    }

    private func configure(_ handle: UnsafeMutableRawPointer) throws(TrustServicesError) {
        let request = hop.request
        var codes = unsafe [
            dossier_curl_set_string(handle, CURLOPT_URL, request.address.text),
            dossier_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            dossier_curl_set_string(handle, CURLOPT_USERAGENT, "DossierKit"),
            dossier_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            dossier_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            dossier_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            dossier_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
            dossier_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
            dossier_curl_set_long(handle, CURLOPT_NETRC, 0),
            dossier_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Int(clamping: request.limits.milliseconds)),
            dossier_curl_set_long(
                handle, CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: min(request.limits.milliseconds, 10_000))),
            dossier_curl_set_size(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.limits.bytes)),
            dossier_curl_set_string(handle, CURLOPT_PROXY, hop.proxy ?? ""),
        ]
        // The environment's exceptions would take a document's request past the proxy that its guard was told of.
        if hop.urlGuard != nil || settings.proxy != .environment {
            codes.append(unsafe dossier_curl_set_string(handle, CURLOPT_NOPROXY, ""))
        }
        if let authorities = settings.authorities {
            codes.append(unsafe dossier_curl_set_string(handle, CURLOPT_CAINFO, authorities))
        }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        codes.append(
            unsafe dossier_curl_set_callbacks(
                handle, context,
                { bytes, size, count, context in unsafe CURLTransfer.of(context).receive(bytes, size * count) },
                { context, _, _, _, _ in unsafe CURLTransfer.of(context).isCancelled() ? 1 : 0 },
                { context, _, address in unsafe CURLTransfer.of(context).open(address) }))
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            throw TrustServicesError(.internalFailure, "libcurl refuses a setting")
        }
    }

    private func configureMethod(
        _ handle: UnsafeMutableRawPointer, _ headers: inout UnsafeMutablePointer<curl_slist>?
    ) throws(TrustServicesError) {
        guard case .post(let bytes, let contentType) = hop.request.method else { return }
        guard contentType.utf8.allSatisfy({ (32...126).contains($0) }) else {
            throw TrustServicesError(.internalFailure, "a media type with control characters")
        }
        // Without "Expect:" some servers let a small question wait for a second.
        for header in ["Content-Type: \(contentType)", "Expect:"] {
            unsafe headers = curl_slist_append(headers, header)
        }
        let codes = unsafe [
            dossier_curl_set_list(handle, CURLOPT_HTTPHEADER, headers),
            dossier_curl_set_body(handle, bytes, bytes.count),
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            throw TrustServicesError(.internalFailure, "libcurl refuses a setting")
        }
    }

    /// The transfer behind a pointer that libcurl hands back; the transfer outlives the call that uses it.
    private static func of(_ context: UnsafeMutableRawPointer?) -> CURLTransfer {
        guard let context = unsafe context else { preconditionFailure("libcurl lost the context") }
        return unsafe Unmanaged<CURLTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func receive(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes = unsafe bytes, count > 0 else { return 0 }
        guard count <= hop.request.limits.bytes - body.count else {
            isTooLarge = true
            return 0
        }
        unsafe body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    /// Opens a socket towards an address, or refuses before anything is sent.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address = unsafe address, !hasRefusedAddress else { return dossier_curl_no_socket() }
        // Behind a proxy this is the proxy's address, which the operator named.
        if let urlGuard = hop.urlGuard, hop.proxy == nil {
            var octets = [UInt8](repeating: 0, count: 16)
            let count = unsafe dossier_curl_address(address, &octets)
            guard urlGuard.permits(NetworkAddress(Array(octets.prefix(count))), of: hop.request.address.host) else {
                hasRefusedAddress = true
                return dossier_curl_no_socket()
            }
        }
        return unsafe dossier_curl_open_socket(address)
    }

    private func check(_ code: CURLcode) throws(TrustServicesError) {
        if hasRefusedAddress {
            throw TrustServicesError(
                .addressNotPublic, "\(hop.request.address.host) has an address that documents must not reach")
        }
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            throw TrustServicesError(.tooLarge, "more than \(hop.request.limits.bytes) bytes")
        }
        let detail = unsafe String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OK: return
        case CURLE_OPERATION_TIMEDOUT: throw TrustServicesError(.timeout, detail)
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: throw TrustServicesError(.truncated, detail)
        case CURLE_ABORTED_BY_CALLBACK: throw TrustServicesError(.cancelled, "the task was cancelled")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR:
            throw TrustServicesError(.notReachable, detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            throw TrustServicesError(.insecureConnection, detail)
        default: throw TrustServicesError(.internalFailure, detail)
        }
    }
}
