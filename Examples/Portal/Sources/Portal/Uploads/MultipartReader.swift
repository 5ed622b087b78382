// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import NIOCore

/// A file as it was sent with a form.
struct UploadedFile: Sendable {
    /// Its name, brought to a form that can stand anywhere; what the browser said, and nothing to rely on.
    let name: String
    let bytes: [UInt8]
}

/// Reads multipart/form-data (RFC 7578) as it arrives, and stops at the first limit that is passed.
///
/// Files are held in memory and never written to a disk: what is not sealed yet must not lie where backups find it.
struct MultipartReader {
    private let delimiter: [UInt8]
    private let limit: Int
    private var pending: [UInt8] = Array("\r\n".utf8)
    private var form = Form()
    private var files: [UploadedFile] = []
    private var part: Part?
    private var total = 0
    private var isFinished = false

    private struct Part {
        let name: String
        let fileName: String?
        var bytes: [UInt8] = []
    }

    /// Reads a body whose parts are divided by a boundary.
    init(boundary: String, limit: Int) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limit = limit
    }

    /// The boundary that a content type names (RFC 2046 §5.1.1).
    static func boundary(of contentType: String) -> String? {
        let parts = contentType.split(separator: ";")
        guard parts.first?.lowercased() == "multipart/form-data" else { return nil }
        for part in parts.dropFirst() {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "boundary" else { continue }
            let value = pair[1].first == "\"" ? pair[1].dropFirst().prefix { $0 != "\"" } : pair[1]
            guard (1...70).contains(value.utf8.count) else { return nil }
            return String(value)
        }
        return nil
    }

    /// Reads a whole body.
    ///
    /// - Parameter check: Told the fields that came before the first file; what it throws ends the reading before any octet
    ///   of a file is kept.
    mutating func read<Body: AsyncSequence>(
        _ body: Body, checking check: (Form) throws -> Void
    ) async throws -> (form: Form, files: [UploadedFile]) where Body.Element == ByteBuffer {
        var isChecked = false
        for try await buffer in body {
            guard !isFinished else { continue }
            pending += buffer.readableBytesView
            while try step() {
                if !isChecked, part?.fileName != nil {
                    try check(form)
                    isChecked = true
                }
            }
        }
        guard isFinished else { throw PortalError.badForm(FormWords.unreadable) }
        if !isChecked { try check(form) }
        return (form, files)
    }

    /// Takes one piece of what is pending; whether there may be more.
    private mutating func step() throws(PortalError) -> Bool {
        if let place = position(of: delimiter) {
            try take(place)
            // After a delimiter: two hyphens for the end, or a line end and the headers of the next part.
            let after = place + delimiter.count
            guard pending.count >= after + 2 else { return keep(place) }
            if pending[after] == UInt8(ascii: "-"), pending[after + 1] == UInt8(ascii: "-") {
                try close()
                isFinished = true
                pending = []
                return false
            }
            guard let end = headersEnd(from: after) else {
                guard pending.count - after < 8192 else { throw .badForm(FormWords.unreadable) }
                return keep(place)
            }
            try close()
            part = try Self.part(Array(pending[after..<end]))
            pending.removeFirst(end + 2)
            return true
        }
        // Everything but what may be the beginning of a delimiter belongs to the part.
        let sure = pending.count - delimiter.count
        guard sure > 0 else { return false }
        try take(sure)
        pending.removeFirst(sure)
        return false
    }

    /// Leaves a delimiter that has not arrived whole where it is.
    private mutating func keep(_ place: Int) -> Bool {
        pending.removeFirst(place)
        return false
    }

    private mutating func take(_ count: Int) throws(PortalError) {
        guard count > 0, part != nil else { return }
        total += count
        let most = part?.fileName == nil ? Form.largest : limit
        guard total <= limit + Form.largest, (part?.bytes.count ?? 0) + count <= most else {
            throw .tooLarge(limit: Int64(limit))
        }
        part?.bytes += pending[0..<count]
    }

    private mutating func close() throws(PortalError) {
        guard let done = part else { return }
        part = nil
        if let fileName = done.fileName {
            // A file input that was left empty is sent as a part without name and octets.
            guard !(fileName.isEmpty && done.bytes.isEmpty) else { return }
            guard files.count < 8 else { throw .badForm(FormWords.unreadable) }
            files.append(UploadedFile(name: AttachmentName.normalized(fileName), bytes: done.bytes))
            return
        }
        guard let value = String(validating: done.bytes, as: UTF8.self) else {
            throw .badForm(FormWords.unreadable)
        }
        try form.add(done.name, value)
    }

    private func position(of delimiter: [UInt8]) -> Int? {
        var from = 0
        while let found = pending[from...].firstIndex(of: 13) {
            guard pending.count - found >= delimiter.count else { return nil }
            if pending[found..<found + delimiter.count].elementsEqual(delimiter) { return found }
            from = found + 1
        }
        return nil
    }

    /// Where the empty line after a part's headers begins.
    private func headersEnd(from start: Int) -> Int? {
        var place = start
        while place + 3 < pending.count {
            if pending[place] == 13, pending[place + 1] == 10, pending[place + 2] == 13,
                pending[place + 3] == 10
            {
                return place + 2
            }
            place += 1
        }
        return nil
    }

    /// A part from its headers; only Content-Disposition says anything that is used.
    private static func part(_ headers: [UInt8]) throws(PortalError) -> Part {
        guard let text = String(validating: headers, as: UTF8.self) else {
            throw .badForm(FormWords.unreadable)
        }
        for line in text.split(separator: "\r\n") {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "content-disposition",
                let name = parameter("name", of: pair[1])
            else { continue }
            return Part(name: name, fileName: parameter("filename", of: pair[1]))
        }
        throw .badForm(FormWords.unreadable)
    }

    /// A quoted parameter, with the escapes that browsers use (WHATWG HTML, multipart/form-data encoding).
    private static func parameter(_ name: String, of header: Substring) -> String? {
        guard let start = header.firstRange(of: "; \(name)=\"") else { return nil }
        let value = header[start.upperBound...].prefix { $0 != "\"" }
        return String(value).replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing(
            "%0A", with: "\n")
    }
}
