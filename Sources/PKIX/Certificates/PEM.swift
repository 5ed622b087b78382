// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FoundationEssentials

/// Textual encodings of certificates and lists (RFC 7468).
public enum PEM {
    /// One encapsulated object.
    public struct Block: Sendable {
        /// The label, for example `CERTIFICATE`.
        public let label: String
        /// The decoded bytes.
        public let bytes: [UInt8]
    }

    /// All blocks of a text, in order; text around them is ignored (RFC 7468 §2).
    ///
    /// - Throws: ``PKIXError`` `invalidPEM` for a block that is not closed, is closed by another label, or whose body
    ///   is no base64.
    public static func blocks(in text: [UInt8]) throws(PKIXError) -> [Block] {
        var blocks: [Block] = []
        var label: String?
        var body: [UInt8] = []
        for line in text.split(omittingEmptySubsequences: true, whereSeparator: { $0 == 10 || $0 == 13 }) {
            if let found = boundary(line, "-----BEGIN ") {
                guard label == nil else { throw malformed("a block inside a block") }
                label = found
                body = []
            } else if let found = boundary(line, "-----END ") {
                guard let open = label, open == found else {
                    throw malformed("an end that does not match its beginning")
                }
                guard let data = Data(base64Encoded: Data(body)) else { throw malformed("a body that is no base64") }
                blocks.append(Block(label: open, bytes: Array(data)))
                label = nil
            } else if label != nil, !line.contains(UInt8(ascii: ":")) {
                body += line.filter { $0 != 32 && $0 != 9 }
            }
        }
        guard label == nil else { throw malformed("a block that is not closed") }
        return blocks
    }

    /// The textual encoding of one object, lines of 64 characters.
    public static func encode(_ bytes: [UInt8], label: String) -> String {
        let text = Array(Data(bytes).base64EncodedString().utf8)
        var lines = ["-----BEGIN \(label)-----"]
        for start in stride(from: 0, to: text.count, by: 64) {
            lines.append(String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self))
        }
        lines.append("-----END \(label)-----")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func boundary(_ line: ArraySlice<UInt8>, _ prefix: String) -> String? {
        let text = String(decoding: line, as: UTF8.self)
        var trimmed = text[...]
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        guard trimmed.hasPrefix(prefix), trimmed.hasSuffix("-----") else { return nil }
        return String(trimmed.dropFirst(prefix.count).dropLast(5))
    }

    private static func malformed(_ detail: String) -> PKIXError {
        PKIXError(.invalidPEM, clause: "RFC 7468 2", detail)
    }
}

extension Certificate {
    /// All certificates of a file: one in DER, or any number in PEM.
    ///
    /// - Throws: ``PKIXError`` or ``DERSyntax/DERSyntaxError``; a file without a certificate is `invalidStructure`.
    public static func all(in file: [UInt8]) throws -> [Certificate] {
        if file.first == 0x30 { return [try Certificate(parsing: file)] }
        let certificates = try PEM.blocks(in: file)
            .filter { $0.label == "CERTIFICATE" || $0.label == "X509 CERTIFICATE" }
            .map { try Certificate(parsing: $0.bytes) }
        guard !certificates.isEmpty else {
            throw PKIXError(.invalidStructure, clause: "RFC 7468 5", "no certificate, in DER or PEM")
        }
        return certificates
    }
}
