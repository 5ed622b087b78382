// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import XMLSyntax

/// The XML of S3: what is read of it, and the little that is written. Names count, whatever their namespace.
enum S3Documents {
    /// A page of keys.
    struct Listing {
        var objects: [(key: String, modified: Instant?)]
        var isTruncated: Bool
    }

    /// A page of uploads that nobody has completed.
    struct Uploads {
        struct Upload: Sendable {
            let key: String
            let id: String
            let begun: Instant?
        }
        var uploads: [Upload]
        var isTruncated: Bool
        var nextKey: String
        var nextUpload: String
    }

    /// The code of an error, letters and digits only; an empty text when there is none.
    static func errorCode(_ body: [UInt8]) -> String {
        guard !body.isEmpty, let root = try? XMLElement(parsing: body), root.name.local == "Error",
            let code = root.first("Code")?.text, (1...64).contains(code.utf8.count),
            code.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) })
        else { return "" }
        return code
    }

    static func listing(_ body: [UInt8]) throws(S3Failure) -> Listing {
        let root = try document(body, "ListBucketResult")
        var objects: [(String, Instant?)] = []
        for element in root.elements where element.name.local == "Contents" {
            guard let key = element.first("Key")?.text else { throw unreadable("an object without a key") }
            objects.append((key, element.first("LastModified").flatMap { Instant($0.text) }))
        }
        return Listing(objects: objects, isTruncated: root.first("IsTruncated")?.text == "true")
    }

    static func uploadID(_ body: [UInt8]) throws(S3Failure) -> String {
        let root = try document(body, "InitiateMultipartUploadResult")
        guard let id = root.first("UploadId")?.text, isUploadID(id) else {
            throw unreadable("an upload without a name")
        }
        return id
    }

    static func uploads(_ body: [UInt8]) throws(S3Failure) -> Uploads {
        let root = try document(body, "ListMultipartUploadsResult")
        var uploads: [Uploads.Upload] = []
        for element in root.elements where element.name.local == "Upload" {
            guard let key = element.first("Key")?.text, let id = element.first("UploadId")?.text, isUploadID(id) else {
                throw unreadable("an upload without a name")
            }
            uploads.append(.init(key: key, id: id, begun: element.first("Initiated").flatMap { Instant($0.text) }))
        }
        return Uploads(
            uploads: uploads, isTruncated: root.first("IsTruncated")?.text == "true",
            nextKey: root.first("NextKeyMarker")?.text ?? "", nextUpload: root.first("NextUploadIdMarker")?.text ?? "")
    }

    /// Whether an upload was completed: servers answer 200 before they know, and say in the body that it failed.
    static func checkCompleted(_ body: [UInt8]) throws(S3Failure) {
        let code = errorCode(body)
        guard code.isEmpty else { throw S3Failure(status: 500, code: code) }
        _ = try document(body, "CompleteMultipartUploadResult")
    }

    /// The parts of an upload, in order.
    static func completion(_ entityTags: [String]) -> [UInt8] {
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for (index, tag) in entityTags.enumerated() {
            text += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(escaped(tag))</ETag></Part>"
        }
        return Array((text + "</CompleteMultipartUpload>").utf8)
    }

    /// Whether a tag that a server gave is one: up to 256 visible ASCII characters.
    static func isEntityTag(_ tag: String) -> Bool {
        (1...256).contains(tag.utf8.count) && tag.utf8.allSatisfy { (33...126).contains($0) }
    }

    private static func isUploadID(_ id: String) -> Bool {
        (1...1_024).contains(id.utf8.count) && id.utf8.allSatisfy { (33...126).contains($0) }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }

    // A page of a thousand keys is about 400 KB; depth 3 is what S3's own documents need.
    private static let budget = Budget(bytes: 4 << 20, depth: 8, objects: 50_000, expansionRatio: 1)

    private static func document(_ body: [UInt8], _ name: String) throws(S3Failure) -> XMLElement {
        let root: XMLElement
        do {
            root = try XMLElement(parsing: body, budget: budget)
        } catch {
            throw unreadable("XML: \(error.code.rawValue)")
        }
        guard root.name.local == name else { throw unreadable("another document than \(name)") }
        return root
    }

    static func unreadable(_ detail: String) -> S3Failure { S3Failure(.unreadable, detail) }
}

extension XMLElement {
    fileprivate func first(_ local: String) -> XMLElement? { elements.first { $0.name.local == local } }
}
