// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// A request of S3's REST interface, before it is signed. Path style: the bucket is the first part of the path.
struct S3Request: Sendable {
    enum Method: String { case get = "GET", put = "PUT", post = "POST", delete = "DELETE" }

    /// What the answer to a request that succeeds may be.
    enum Answer {
        /// Nothing that is looked at.
        case none
        /// Exactly, or at most, as many octets of an object.
        case whole(Int)
        /// XML of at most 4 MiB.
        case document

        var most: Int {
            switch self {
            // Some servers say something where nothing is expected.
            case .none: 65_536
            case .whole(let count): count
            case .document: 4 << 20
            }
        }
    }

    let method: Method
    /// The key of an object: letters, digits, `-_./`, so that nothing in it is escaped; `nil` for the bucket itself.
    var key: String?
    /// Parameters by name; they are sent in the order of their names, as they are signed.
    var query: [String: String] = [:]
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// SHA-256 of the body in hexadecimal: signed with the request, so that a server refuses a body that was changed.
    private(set) var bodyHash = S3Request.hashOfNothing
    var range: Range<Int64>?
    var answer = Answer.none

    init(_ method: Method, _ key: String? = nil) {
        self.method = method
        self.key = key
    }

    /// Puts a body with its digest.
    mutating func setBody(_ bytes: [UInt8], type: String) throws(S3Failure) {
        do {
            bodyHash = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes))
        } catch {
            throw S3Failure(.internalFailure, "SHA-256 failed")
        }
        body = bytes
        fields.append(("Content-Type", type))
    }

    // SHA-256 of no octets (FIPS 180-4).
    private static let hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// Path and query. Everything in it is escaped already in the one form that signing asks for.
    func target(in bucket: String) -> String {
        var text = "/\(bucket)"
        if let key { text += "/\(key)" }
        let parameters = query.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.escaped($0.value))" }
        if !parameters.isEmpty { text += "?" + parameters.joined(separator: "&") }
        return text
    }

    // No empty fields: libcurl would sign them and not send them.
    func headers(with credentials: ObjectStoreCredentials) -> [String] {
        var headers = ["x-amz-content-sha256: \(bodyHash)"]
        if let token = credentials.sessionToken { headers.append("x-amz-security-token: \(token)") }
        return headers + fields.map { "\($0.name): \($0.value)" }
    }

    /// Percent-encoding of everything but RFC 3986's unreserved characters, as Signature Version 4 asks for.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default: escaped += "%" + Hexadecimal.encode([byte]).uppercased()
            }
        }
        return escaped
    }
}

/// What a gateway answered. Everything in it comes from outside.
struct S3Answer: Sendable {
    let status: Int
    let body: [UInt8]
    let entityTag: String?
    let contentLength: String?
    let contentRange: String?
    /// What the uploader named its upload.
    let upload: String?

    var isSuccess: Bool { (200..<300).contains(status) }
}
