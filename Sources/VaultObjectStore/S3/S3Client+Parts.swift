// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Synchronization

extension S3Client {
    /// An object that is being put in parts and appears only when it is completed.
    struct PartedUpload: Sendable {
        let key: String
        let id: String
        /// What the uploader named it.
        let name: String
    }

    func beginUpload(_ key: String) async throws(S3Failure) -> PartedUpload {
        let name = newUploadName()
        var request = S3Request(.post, key)
        request.query = ["uploads": ""]
        request.fields = [("Content-Type", Self.mediaType), (Self.uploadField, name)]
        request.answer = .document
        var id = ""
        // An answer that was lost leaves an upload without parts behind; collecting garbage aborts it.
        _ = try await answer(to: request) { answer throws(S3Failure) in id = try S3Documents.uploadID(answer.body) }
        return PartedUpload(key: key, id: id, name: name)
    }

    /// Puts a part, numbered from 1; the tag by which it is named at the end. Putting it again replaces it.
    func put(_ bytes: [UInt8], part number: Int, of upload: PartedUpload) async throws(S3Failure) -> String {
        var request = S3Request(.put, upload.key)
        request.query = ["partNumber": "\(number)", "uploadId": upload.id]
        try request.setBody(bytes, type: Self.mediaType)
        let answer = try await answer(to: request, check: Self.checkIsObject)
        return answer.entityTag ?? ""
    }

    /// Makes the object of its parts.
    ///
    /// - Throws: Also when the object that appears has another size, or is somebody else's.
    func complete(_ upload: PartedUpload, parts tags: [String], size: Int64) async throws(S3Failure) {
        var request = S3Request(.post, upload.key)
        request.query = ["uploadId": upload.id]
        try request.setBody(S3Documents.completion(tags), type: "application/xml")
        request.answer = .document
        // For the servers that know it; the others replace what is there.
        if !refusesConditions.load(ordering: .relaxed) { request.fields.append(("If-None-Match", "*")) }
        var answer = try await answer(to: request, or: [404, 412, 501]) { answer throws(S3Failure) in
            try S3Documents.checkCompleted(answer.body)
        }
        if answer.status == 501, request.fields.last?.0 == "If-None-Match" {
            request.fields.removeLast()
            answer = try await self.answer(to: request, or: [404]) { answer throws(S3Failure) in
                try S3Documents.checkCompleted(answer.body)
            }
        }
        // 404: there is no such upload, as after an attempt that completed it and whose answer was lost.
        let object = try await object(upload.key)
        guard let object, object.size == size, object.upload == upload.name else {
            throw answer.isSuccess
                ? S3Documents.unreadable("the object is not what its parts were")
                : S3Failure(status: 400, code: "NoSuchUpload")
        }
    }

    /// Gives an upload up with its parts; that there is none is no error.
    func abort(_ key: String, _ id: String) async throws(S3Failure) {
        var request = S3Request(.delete, key)
        request.query = ["uploadId": id]
        _ = try await answer(to: request, or: [404], check: Self.checkIsDone)
    }

    /// Uploads below a prefix that nobody has completed, a page of them from a place on.
    func unfinishedUploads(
        _ prefix: String, after place: (key: String, upload: String)?
    ) async throws(S3Failure) -> S3Documents.Uploads {
        var request = S3Request(.get)
        request.query = ["uploads": "", "max-uploads": "1000", "prefix": prefix]
        if let place { (request.query["key-marker"], request.query["upload-id-marker"]) = (place.key, place.upload) }
        request.answer = .document
        var uploads = S3Documents.Uploads(uploads: [], isTruncated: false, nextKey: "", nextUpload: "")
        _ = try await answer(to: request) { answer throws(S3Failure) in
            uploads = try S3Documents.uploads(answer.body)
            let isOurs = uploads.uploads.allSatisfy { upload in
                upload.key.hasPrefix(prefix) && upload.key.utf8.allSatisfy { (33...126).contains($0) && $0 != 63 }
            }
            guard isOurs else { throw S3Documents.unreadable("uploads that were not asked for") }
        }
        return uploads
    }
}
