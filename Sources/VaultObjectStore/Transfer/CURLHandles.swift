// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
import Synchronization

/// A handle of libcurl with the connections that it keeps open.
///
/// Sendable because it is used by one thread at a time: who takes it out of ``CURLHandles`` has it alone.
@safe final class CURLHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    init?() {
        guard CURLHandles.isInitialised, let made = unsafe curl_easy_init() else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe curl_easy_cleanup(pointer) }
}

/// Handles that nobody uses just now, the last used first: its connections are the likeliest to be still open.
final class CURLHandles: Sendable {
    fileprivate static let isInitialised = dossier_curl_global_init() == CURLE_OK
    private let idle = Mutex<[CURLHandle]>([])

    func take() -> CURLHandle? {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        return CURLHandle()
    }

    func putBack(_ handle: CURLHandle) {
        unsafe curl_easy_reset(handle.pointer)
        idle.withLock { $0.append(handle) }
    }
}
