// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization

extension S3Client {
    /// What a key has.
    struct Object: Sendable {
        let size: Int64
        /// What the uploader named its upload.
        let upload: String?
    }

    /// Size and uploader of an object; `nil` when there is none.
    ///
    /// Its first octet is asked for: the answer to HEAD would not say whether the object is missing or the bucket.
    func object(_ key: String) async throws(S3Failure) -> Object? {
        var request = S3Request(.get, key)
        request.range = 0..<1
        request.answer = .whole(1)
        let answer = try await answer(to: request, or: [404, 416]) { answer throws(S3Failure) in
            try Self.checkIsObject(answer)
            guard answer.status == 206, let range = Self.contentRange(answer.contentRange), range.first == 0,
                range.last == 0, answer.body.count == 1
            else { throw S3Documents.unreadable("not the range that was asked for") }
        }
        if answer.status == 404 { return nil }
        // An empty object has no first octet.
        guard answer.isSuccess, let range = Self.contentRange(answer.contentRange) else {
            return Object(size: 0, upload: nil)
        }
        return Object(size: range.size, upload: answer.upload)
    }

    /// Octets of a range, never empty; `nil` when there is no such object.
    ///
    /// - Throws: `answered(416, …)` when the object ends before the range does.
    func octets(_ range: Range<Int64>, of key: String) async throws(S3Failure) -> [UInt8]? {
        var request = S3Request(.get, key)
        let count = Int(clamping: range.upperBound - range.lowerBound)
        request.range = range
        request.answer = .whole(count)
        let answer = try await answer(to: request, or: [404, 416]) { answer throws(S3Failure) in
            try Self.checkIsObject(answer)
            guard answer.status == 206, let (first, last, size) = Self.contentRange(answer.contentRange),
                first == range.lowerBound, answer.body.count == last - first + 1
            else { throw S3Documents.unreadable("not the range that was asked for") }
            guard answer.body.count == count || last == size - 1 else {
                throw S3Documents.unreadable("a part of the range that was asked for")
            }
        }
        if answer.status == 404 { return nil }
        guard answer.isSuccess, answer.body.count == count else { throw S3Failure(status: 416, code: "InvalidRange") }
        return answer.body
    }

    /// The whole of an object; `nil` when there is none. One of more than `limit` octets is `tooLarge`.
    func whole(_ key: String, limit: Int) async throws(S3Failure) -> [UInt8]? {
        var request = S3Request(.get, key)
        request.answer = .whole(limit)
        let answer = try await answer(to: request, or: [404]) { answer throws(S3Failure) in
            try Self.checkIsObject(answer)
            guard answer.status == 200, Self.number(answer.contentLength) == Int64(answer.body.count) else {
                throw S3Documents.unreadable("not a whole object")
            }
        }
        return answer.isSuccess ? answer.body : nil
    }

    /// Puts an object that must not exist, by one request.
    ///
    /// - Returns: `false` when there is one already, put by somebody else.
    func put(_ bytes: [UInt8], as key: String) async throws(S3Failure) -> Bool {
        let upload = newUploadName()
        var request = S3Request(.put, key)
        try request.setBody(bytes, type: Self.mediaType)
        request.fields.append((Self.uploadField, upload))
        if !refusesConditions.load(ordering: .relaxed) {
            request.fields.append(("If-None-Match", "*"))
            let answer = try await answer(to: request, or: [412, 501], check: Self.checkIsObject)
            if answer.isSuccess { return true }
            // An earlier attempt may have put it before its answer was lost.
            if answer.status == 412 { return try await object(key)?.upload == upload }
            refusesConditions.store(true, ordering: .relaxed)
            request.fields.removeLast()
        }
        // Keys are random and never used again: without conditions at the server, looking first is enough.
        if let existing = try await object(key) { return existing.upload == upload }
        _ = try await answer(to: request, check: Self.checkIsObject)
        return true
    }

    /// Deletes an object; that there is none is no error.
    func delete(_ key: String) async throws(S3Failure) {
        _ = try await answer(to: S3Request(.delete, key), or: [404], check: Self.checkIsDone)
    }

    /// Keys below a prefix in ascending order, those after `key`, at most `limit`; whether there are more.
    func list(
        _ prefix: String, after key: String?, limit: Int
    ) async throws(S3Failure) -> S3Documents.Listing {
        var request = S3Request(.get)
        request.query = ["list-type": "2", "max-keys": "\(max(1, min(limit, 1_000)))", "prefix": prefix]
        request.query["start-after"] = key
        request.answer = .document
        var listing = S3Documents.Listing(objects: [], isTruncated: false)
        _ = try await answer(to: request) { answer throws(S3Failure) in
            listing = try S3Documents.listing(answer.body)
            var last = key ?? ""
            for object in listing.objects {
                // UTF-8 octets: String compares by Unicode's canonical order.
                guard object.key.hasPrefix(prefix), last.utf8.lexicographicallyPrecedes(object.key.utf8) else {
                    throw S3Documents.unreadable("keys that were not asked for, or out of order")
                }
                last = object.key
            }
            guard !listing.isTruncated || !listing.objects.isEmpty else {
                throw S3Documents.unreadable("a page without keys and without an end")
            }
        }
        return listing
    }

    static let mediaType = "application/octet-stream"
    static let uploadField = "x-amz-meta-upload"

    /// Names one upload, so that an uploader whose answer was lost finds out whether an object is its own.
    func newUploadName() -> String { Hexadecimal.encode(random.bytes(16)) }

    /// Every answer about an object has a tag; what a web server or a captive portal says has none.
    static func checkIsObject(_ answer: S3Answer) throws(S3Failure) {
        guard answer.entityTag.map(S3Documents.isEntityTag) == true else {
            throw S3Documents.unreadable("no tag of an object")
        }
    }

    /// What was deleted is said in no words.
    static func checkIsDone(_ answer: S3Answer) throws(S3Failure) {
        guard answer.body.isEmpty, answer.status == 204 else {
            throw S3Documents.unreadable("not the answer to a deletion")
        }
    }

    private static func number(_ text: String?) -> Int64? {
        guard let text, (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// `bytes FIRST-LAST/SIZE` (RFC 9110 §14.4).
    private static func contentRange(_ text: String?) -> (first: Int64, last: Int64, size: Int64)? {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let size = number(String(parts[1])) else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(String(ends[0])), let last = number(String(ends[1])), first <= last,
            last < size
        else { return nil }
        return (first, last, size)
    }
}
