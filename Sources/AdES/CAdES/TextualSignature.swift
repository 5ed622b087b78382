// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import FoundationEssentials
import PKIX
import SignatureValidation

/// A CMS structure that is written as text: one block of PEM (RFC 7468 §8 and §9), or base64 and nothing else.
struct TextualSignature {
    /// What is written.
    let bytes: [UInt8]
    /// Whether more than white space stands before or after the block. RFC 7468 §2 has readers pass over it.
    let hasTextAround: Bool

    /// What a refusal of text around a block names.
    static let clause = "RFC 7468 2"

    private static let labels = ["CMS", "PKCS7"]

    /// `nil` for what is no such text, or holds more than one block, so that no second one goes unseen.
    init?(_ text: [UInt8]) {
        if let decoded = Self.base64(text) {
            bytes = decoded
            hasTextAround = false
            return
        }
        guard let start = Self.start(in: text), let blocks = try? PEM.blocks(in: text), blocks.count == 1,
            Self.labels.contains(blocks[0].label)
        else { return nil }
        bytes = blocks[0].bytes
        let end = Array("-----END \(blocks[0].label)-----".utf8)
        let isBlank = { (part: ArraySlice<UInt8>) in part.allSatisfy { Self.whiteSpace.contains($0) } }
        var rest = text[start...]
        while !rest.starts(with: end), !rest.isEmpty {
            rest = rest.dropFirst()
            rest = rest.drop { $0 != UInt8(ascii: "-") }
        }
        hasTextAround = !isBlank(text[..<start]) || !isBlank(rest.dropFirst(end.count))
    }

    /// Whether bytes begin with a block.
    static func begins(_ head: [UInt8]) -> Bool {
        labels.contains { head.starts(with: Array("-----BEGIN \($0)-----".utf8)) }
    }

    /// Whether text has a block in it, readable or not, or is a SignedData in base64.
    static func isClaimed(by text: [UInt8]) -> Bool { start(in: text) != nil || base64(text) != nil }

    /// Where the first block begins; only at the beginning of a line.
    private static func start(in text: [UInt8]) -> Int? {
        let wanted = labels.map { Array("-----BEGIN \($0)-----".utf8) }
        var position: Int? = text.startIndex
        while let line = position, line < text.endIndex {
            if text[line] == UInt8(ascii: "-"), wanted.contains(where: { text[line...].starts(with: $0) }) {
                return line
            }
            position = text[line...].firstIndex { $0 == 0x0a || $0 == 0x0d }.map { $0 + 1 }
        }
        return nil
    }

    private static let whiteSpace: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]

    /// What base64 without anything around it encodes; `nil` unless that is a ContentInfo with SignedData.
    private static func base64(_ text: [UInt8]) -> [UInt8]? {
        // The first octet of a SEQUENCE is 0x30.
        guard text.first == UInt8(ascii: "M"), text.count > 32 else { return nil }
        let body = text.filter { !whiteSpace.contains($0) }
        // Data would stop at nothing: whatever is no base64 is refused here.
        guard let decoded = Data(base64Encoded: Data(body)) else { return nil }
        let bytes = Array(decoded)
        let type: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
        guard (2...7).contains(where: { bytes.dropFirst($0).starts(with: type) }) else { return nil }
        return bytes
    }

    /// The remark on text that is not signed.
    static let textAround = Finding(
        .warning, code: "text-outside-signature",
        Phrase(
            vi: "đoạn văn bản trước hoặc sau khối chữ ký trong tệp không được ký",
            en: "the text before or after the signature's block in the file is not signed"))
}
