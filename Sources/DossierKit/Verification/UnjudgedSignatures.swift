// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
public import DossierCore
import ZIPSyntax

/// Signatures of a format that is not judged, so that a file which bears one is not reported as having none.
public enum UnjudgedSignatures: Sendable, Hashable, CaseIterable {
    /// XMLDSig and XAdES.
    case xml
    /// JWS (RFC 7515) and JAdES.
    case json
    /// A block of PEM with a CMS signature in it among text, or one that cannot be read.
    case block
    /// A message by S/MIME (RFC 8551): what is signed is one part of it, and the message's own header is not.
    case mail
    /// An archive with signatures of its own kind: OOXML, OpenDocument, EPUB, JAR.
    case package
    /// A signed PDF or a container behind other octets, which readers pass over (ISO 32000-1 Annex H.3, note 13).
    case displaced

    /// Looks for marks of such signatures.
    ///
    /// Nothing is parsed or judged: what a file says of itself is enough to say that nobody looked. A file of more than
    /// 64 MiB that is no PDF or container, and XML that is not written in UTF-8 or a superset of ASCII, are not recognised.
    ///
    /// - Throws: ``DossierCore/ByteSourceError``.
    public init?(in source: any ByteSource) throws {
        if try Self.isDisplaced(source) {
            self = .displaced
            return
        }
        guard source.size <= 1 << 26 else { return nil }
        let head = try source.bytes(at: 0, count: Int(min(source.size, 1024)))
        let isMarked = head.starts(with: [0xef, 0xbb, 0xbf])
        let first = head[(isMarked ? 3 : 0)...].first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        switch first {
        case UInt8(ascii: "<"):
            let bytes = try source.allBytes(limit: 1 << 26)
            guard Self.bytes(bytes, hold: "http://www.w3.org/2000/09/xmldsig#", "SignatureValue") else { return nil }
            self = .xml
        case UInt8(ascii: "{"):
            let bytes = try source.allBytes(limit: 1 << 26)
            guard Self.bytes(bytes, hold: "\"payload\"", "\"protected\"", "\"signature\"") else { return nil }
            self = .json
        case UInt8(ascii: "e") where head.starts(with: Array("eyJ".utf8)):
            guard Self.isCompact(try source.allBytes(limit: 1 << 26)) else { return nil }
            self = .json
        case UInt8(ascii: "P") where head.starts(with: Array("PK".utf8)):
            guard Self.holdsSignatures(source) else { return nil }
            self = .package
        default:
            if Self.isSignedMail(try source.bytes(at: 0, count: Int(min(source.size, 1 << 16)))) {
                self = .mail
            } else if !head.contains(0),
                CAdESDocument.isTextual(Array(try source.allBytes(limit: 1 << 26).dropFirst(isMarked ? 3 : 0)))
            {
                self = .block
            } else {
                return nil
            }
        }
    }

    /// Whether a signed PDF or a container begins behind the first octet.
    private static func isDisplaced(_ source: any ByteSource) throws -> Bool {
        let head = try source.bytes(at: 0, count: Int(min(source.size, 1024)))
        if !head.starts(with: Array("%PDF-".utf8)), bytes(head, hold: "%PDF-") {
            let mark = "/ByteRange"
            var position: Int64 = 0
            while position < source.size {
                let piece = try source.bytes(at: position, count: Int(min(1 << 20, source.size - position)))
                if bytes(piece, hold: mark) { return true }
                guard position + Int64(piece.count) < source.size else { break }
                position += Int64(piece.count - mark.utf8.count)
            }
        }
        guard !head.starts(with: Array("PK".utf8)), source.size >= 22 else { return false }
        // The end record may have a comment of 65,535 octets behind it.
        let count = min(source.size, 1 << 16 + 22)
        guard bytes(try source.bytes(at: source.size - count, count: Int(count)), hold: "PK\u{5}\u{6}") else {
            return false
        }
        return try ASiCContainer.isClaimed(by: source)
    }

    /// Whether the header says that the message is signed.
    private static func isSignedMail(_ head: [UInt8]) -> Bool {
        guard !head.contains(0) else { return false }
        var type: String?
        // Fields end with the first empty line; a line that begins with white space continues the one before.
        for line in String(decoding: head, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        {
            guard !line.allSatisfy(\.isWhitespace) else { break }
            if line.first?.isWhitespace == true {
                type?.append(contentsOf: line.lowercased())
                continue
            }
            guard line.contains(":") else { return false }
            if type != nil { break }
            let lower = line.lowercased()
            if lower.hasPrefix("content-type:") { type = lower }
        }
        guard let type else { return false }
        let isEnveloped =
            type.contains("enveloped-data") || type.contains("compressed-data") || type.contains("certs-only")
        return type.contains("multipart/signed") || type.contains("pkcs7-mime") && !isEnveloped
    }

    /// Whether an archive has files that hold signatures in other formats than ASiC.
    private static func holdsSignatures(_ source: any ByteSource) -> Bool {
        guard let archive = try? ZIPArchive(reading: source) else { return false }
        return archive.entries.contains { entry in
            let name = entry.name.lowercased()
            if name.hasPrefix("_xmlsignatures/") { return name.hasSuffix(".xml") }
            guard name.hasPrefix("meta-inf/") else { return false }
            return name.hasSuffix("signatures.xml") || [".rsa", ".dsa", ".ec"].contains(where: name.hasSuffix)
        }
    }

    /// What to say of such a file.
    public var phrase: Phrase {
        switch self {
        case .xml:
            Phrase(
                vi: "tệp có chữ ký XML, loại chữ ký chưa kiểm tra được",
                en: "the file holds an XML signature, which is not judged")
        case .json:
            Phrase(
                vi: "tệp có chữ ký JSON, loại chữ ký chưa kiểm tra được",
                en: "the file holds a JSON signature, which is not judged")
        case .block:
            Phrase(
                vi:
                    "tệp có khối chữ ký CMS nằm giữa văn bản mà không ai ký, hoặc khối không đọc được; hãy lưu riêng khối đó rồi kiểm tra",
                en:
                    "the file holds a CMS signature in a block of PEM among text that nobody signed, or one that cannot be read; save the block alone and verify that"
            )
        case .mail:
            Phrase(
                vi:
                    "tệp là thư điện tử đã ký (S/MIME), loại chưa kiểm tra được; hãy lưu phần đính kèm smime.p7m rồi kiểm tra tệp đó",
                en:
                    "the file is a signed e-mail message (S/MIME), which is not judged; save its attachment smime.p7m and verify that"
            )
        case .displaced:
            Phrase(
                vi:
                    "tệp PDF hoặc gói đã ký không nằm ở đầu tệp mà sau những byte khác; loại tệp này chưa kiểm tra được",
                en:
                    "a signed PDF or a container does not begin with the file but behind other octets, which is not judged"
            )
        case .package:
            Phrase(
                vi:
                    "tệp nén có chữ ký theo định dạng riêng (OOXML, OpenDocument, EPUB, JAR), loại chữ ký chưa kiểm tra được",
                en:
                    "the archive holds signatures of its own format (OOXML, OpenDocument, EPUB, JAR), which are not judged"
            )
        }
    }

    /// The compact serialisation (RFC 7515 §7.1): three parts in base64url, the second of them empty when detached.
    private static func isCompact(_ bytes: [UInt8]) -> Bool {
        var points = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."): points += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), 0x0a, 0x0d:
                continue
            default: return false
            }
        }
        return points == 2
    }

    private static func bytes(_ bytes: [UInt8], hold texts: String...) -> Bool {
        texts.allSatisfy { text in
            let wanted = Array(text.utf8)
            var rest = bytes[...]
            while let found = rest.firstIndex(of: wanted[0]) {
                if bytes[found...].starts(with: wanted) { return true }
                rest = bytes[(found + 1)...]
            }
            return false
        }
    }
}
