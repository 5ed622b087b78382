// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL

/// One signed request to one gateway, and its answer. Used on one thread only.
@safe final class S3Exchange {
    private let request: S3Request
    private let gateway: String
    private let settings: S3ExchangeSettings
    private let cancellation: CancellationMark
    private var handle: UnsafeMutableRawPointer?
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// Largest answer that says what went wrong.
    private static let largestFailure = 65_536

    init(_ request: S3Request, to gateway: String, _ settings: S3ExchangeSettings, _ cancellation: CancellationMark) {
        self.request = request
        self.gateway = gateway
        self.settings = settings
        self.cancellation = cancellation
    }

    func run(on kept: CURLHandle) throws(S3Failure) -> S3Answer {
        let pointer = unsafe kept.pointer
        unsafe handle = pointer
        var headers: UnsafeMutablePointer<curl_slist>?
        defer {
            unsafe handle = nil
            unsafe curl_slist_free_all(headers)
        }
        for header in request.headers(with: settings.credentials) {
            guard let longer = unsafe curl_slist_append(headers, header) else {
                throw S3Failure(.internalFailure, "no memory for a header")
            }
            unsafe headers = longer
        }
        try unsafe configure(pointer)
        guard unsafe dossier_curl_set_list(pointer, CURLOPT_HTTPHEADER, headers) == CURLE_OK else { throw Self.refused }
        let code = try unsafe perform(pointer)
        let status = unsafe dossier_curl_status(pointer)
        try check(code, status)
        guard !(300..<400).contains(status) else {
            throw S3Failure(.redirected, "status \(status): redirects are not followed")
        }
        return S3Answer(
            status: status, body: body, entityTag: field("ETag"), contentLength: field("Content-Length"),
            contentRange: field("Content-Range"), upload: field("x-amz-meta-upload"))
    }

    private static var refused: S3Failure { S3Failure(.internalFailure, "libcurl refuses a setting") }

    private func field(_ name: String) -> String? {
        guard let handle = unsafe handle, let value = unsafe dossier_curl_header(handle, name) else { return nil }
        return unsafe String(cString: value)
    }

    private func perform(_ pointer: UnsafeMutableRawPointer) throws(S3Failure) -> CURLcode {
        guard request.method == .put || request.method == .post else { return unsafe curl_easy_perform(pointer) }
        let bytes = request.body
        // The body is not copied: it may be a part of 8 MiB, and many are on their way at once.
        let code = unsafe bytes.withUnsafeBufferPointer { buffer -> CURLcode? in
            guard unsafe dossier_curl_set_borrowed_body(pointer, buffer.baseAddress, buffer.count) == CURLE_OK else {
                return nil
            }
            return unsafe curl_easy_perform(pointer)
        }
        guard let code else { throw Self.refused }
        return code
    }

    private func configure(_ pointer: UnsafeMutableRawPointer) throws(S3Failure) {
        // A slow line is allowed, a line on which nothing moves is not; 64 KiB in a second is the least on the whole.
        let expected = Int64(request.body.count) + Int64(request.answer.most)
        let most = Int(clamping: 60_000 + expected / 64)
        var codes = unsafe [
            dossier_curl_set_string(pointer, CURLOPT_URL, gateway + request.target(in: settings.bucket)),
            dossier_curl_set_string(pointer, CURLOPT_PROTOCOLS_STR, "http,https"),
            dossier_curl_set_string(pointer, CURLOPT_USERAGENT, "DossierKit"),
            dossier_curl_set_string(pointer, CURLOPT_PROXY, ""),
            dossier_curl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0),
            dossier_curl_set_long(pointer, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            dossier_curl_set_long(pointer, CURLOPT_NOSIGNAL, 1),
            dossier_curl_set_long(pointer, CURLOPT_TCP_KEEPALIVE, 1),
            dossier_curl_set_long(pointer, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            dossier_curl_set_long(pointer, CURLOPT_SSL_VERIFYPEER, 1),
            dossier_curl_set_long(pointer, CURLOPT_SSL_VERIFYHOST, 2),
            dossier_curl_set_long(pointer, CURLOPT_NETRC, 0),
            dossier_curl_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.patience.connectMilliseconds)),
            dossier_curl_set_long(pointer, CURLOPT_LOW_SPEED_LIMIT, 1),
            dossier_curl_set_long(pointer, CURLOPT_LOW_SPEED_TIME, max(1, settings.patience.stallSeconds)),
            dossier_curl_set_long(pointer, CURLOPT_TIMEOUT_MS, most),
            dossier_curl_set_string(pointer, CURLOPT_AWS_SIGV4, "aws:amz:\(settings.region):s3"),
            dossier_curl_set_string(pointer, CURLOPT_USERNAME, settings.credentials.accessKey),
            dossier_curl_set_string(pointer, CURLOPT_PASSWORD, settings.credentials.secretKey),
        ]
        // Larger buffers cost more than they save where little is moved.
        if expected >= 1 << 20 {
            codes += unsafe [
                dossier_curl_set_long(pointer, CURLOPT_BUFFERSIZE, 256 << 10),
                dossier_curl_set_long(pointer, CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10),
            ]
        }
        if let authorities = settings.authorities {
            codes.append(unsafe dossier_curl_set_string(pointer, CURLOPT_CAINFO, authorities))
        }
        switch request.method {
        case .get: break
        case .put, .post, .delete:
            codes.append(unsafe dossier_curl_set_string(pointer, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
        }
        if let range = request.range {
            codes.append(
                unsafe dossier_curl_set_string(pointer, CURLOPT_RANGE, "\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        codes.append(
            unsafe dossier_curl_set_callbacks(
                pointer, context,
                { bytes, size, count, context in unsafe S3Exchange.of(context).receive(bytes, size * count) },
                { context, _, _, _, _ in unsafe S3Exchange.of(context).cancellation.isSet ? 1 : 0 },
                { _, _, address in
                    guard let address = unsafe address else { return dossier_curl_no_socket() }
                    return unsafe dossier_curl_open_socket(address)
                }))
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { throw Self.refused }
    }

    /// The exchange behind a pointer that libcurl hands back; it outlives the call that uses it.
    private static func of(_ context: UnsafeMutableRawPointer?) -> S3Exchange {
        guard let context = unsafe context else { preconditionFailure("libcurl lost the context") }
        return unsafe Unmanaged<S3Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    private func receive(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes = unsafe bytes, let handle = unsafe handle, count > 0 else { return 0 }
        let isSuccess = (200..<300).contains(unsafe dossier_curl_status(handle))
        let most = isSuccess ? request.answer.most : Self.largestFailure
        guard count <= most - body.count else {
            isTooLarge = true
            return 0
        }
        // What is said to come is believed up to a point, so that a large answer is not copied as it grows.
        if body.isEmpty, let length = field("Content-Length").flatMap({ Int($0) }), length > count {
            body.reserveCapacity(min(length, most, 64 << 20))
        }
        unsafe body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private func check(_ code: CURLcode, _ status: Int) throws(S3Failure) {
        if isTooLarge {
            throw S3Failure(
                (200..<300).contains(status) ? .tooLarge : .unreadable,
                "status \(status) with more octets than were asked for")
        }
        let detail = unsafe String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OK: return
        case CURLE_OPERATION_TIMEDOUT: throw S3Failure(.stalled, detail)
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY, CURLE_SEND_ERROR,
            CURLE_SEND_FAIL_REWIND, CURLE_READ_ERROR, CURLE_OUT_OF_MEMORY:
            // "Out of memory" is also what libcurl says when it cannot sign again what it repeats by itself.
            throw S3Failure(.cut, detail)
        case CURLE_ABORTED_BY_CALLBACK: throw S3Failure(.cancelled, "the task was cancelled")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: throw S3Failure(.unreachable, detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            throw S3Failure(.insecure, detail)
        default: throw S3Failure(.unreadable, detail)
        }
    }
}

/// What holds for every exchange with one store.
struct S3ExchangeSettings: Sendable {
    let bucket: String
    let region: String
    let credentials: ObjectStoreCredentials
    let authorities: String?
    let patience: ObjectStoreSettings
}
