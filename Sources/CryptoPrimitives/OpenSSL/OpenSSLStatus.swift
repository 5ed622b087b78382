// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// The two ways OpenSSL answers: a call that must succeed, and a verification that may say no.
///
/// The error queue belongs to the thread, so it is drained in the same synchronous call.
enum OpenSSLStatus {
    /// Throws unless the call returned 1.
    static func check(_ status: Int32, _ call: StaticString) throws(CryptoPrimitivesError) {
        guard status == 1 else { throw failure(call) }
    }

    /// Whether a verification returned 1; every other status is "not valid", because OpenSSL reports malformed
    /// signatures with negative statuses.
    static func isValid(_ status: Int32) -> Bool {
        ERR_clear_error()
        return status == 1
    }

    /// The queue's newest reason as an error.
    static func failure(_ call: StaticString) -> CryptoPrimitivesError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else {
            return CryptoPrimitivesError(.libraryFailure, "\(call) failed")
        }
        return unsafe CryptoPrimitivesError(.libraryFailure, "\(call): \(String(cString: reason))")
    }
}
