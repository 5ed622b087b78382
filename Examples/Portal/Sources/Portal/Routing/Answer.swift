// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird
import NIOCore

/// What a page answers.
enum Answer: Sendable {
    /// A page: its title and what stands under it; with an upload it has the script that shows the progress.
    case page(title: String, HTML, status: HTTPResponse.Status = .ok, hasUpload: Bool = false)
    /// Another page of the portal, asked for by GET.
    case redirect(String)
    /// A file to be saved, under a name.
    case file([UInt8], name: String, mediaType: String)
    /// A new session (or none), and another page.
    case session(String, then: String)
    /// A file to be saved that is written as it is made, no faster than the browser takes it.
    case stream(
        name: String, mediaType: String,
        @Sendable (@escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void)

    /// A header that has a browser save a file under a name (RFC 6266 §4, RFC 8187).
    static func disposition(_ name: String) -> String {
        "attachment; filename*=UTF-8''\(PercentEncoding.encode(name))"
    }
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986 §2.3).
enum PercentEncoding {
    private static let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)

    static func encode(_ text: String) -> String {
        var encoded = ""
        for octet in text.utf8 {
            if allowed.contains(octet) {
                encoded.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                encoded += "%" + Hexadecimal.encode([octet]).uppercased()
            }
        }
        return encoded
    }
}
