// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FoundationEssentials

extension ASiCManifest {
    /// The bytes of the manifest: the same for the same content.
    var bytes: [UInt8] {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
        text += "<asic:ASiCManifest xmlns:asic=\"\(Self.namespace)\" xmlns:ds=\"\(Self.signatureNamespace)\">\n"
        let mediaType = isTimeStamped ? Self.timeStampMediaType : Self.signatureMediaType
        text += "  <asic:SigReference MimeType=\"\(mediaType)\" URI=\"\(Self.escaped(signature))\"/>\n"
        for reference in references {
            text += "  <asic:DataObjectReference"
            if let mediaType = reference.mediaType { text += " MimeType=\"\(Self.escaped(mediaType))\"" }
            if reference.isRoot { text += " Rootfile=\"true\"" }
            text += " URI=\"\(Self.escaped(reference.uri))\">\n"
            text += "    <ds:DigestMethod Algorithm=\"\(reference.algorithm?.uri ?? "")\"/>\n"
            text += "    <ds:DigestValue>\(Data(reference.digest).base64EncodedString())</ds:DigestValue>\n"
            text += "  </asic:DataObjectReference>\n"
        }
        return Array((text + "</asic:ASiCManifest>\n").utf8)
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
}

/// Names of files as URI references (RFC 3986) and back.
enum FileURI {
    /// The reference to a file: everything but unreserved characters and `/` is escaped.
    static func encode(_ path: String) -> String {
        path.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 47, 95, 126: result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (byte < 16 ? "0" : "") + digits
            }
        }
    }

    /// The path with escapes resolved; `nil` for a broken escape or bytes that are not UTF-8.
    static func decode(_ uri: String) -> String? {
        guard uri.utf8.contains(UInt8(ascii: "%")) else { return uri }
        var bytes: [UInt8] = []
        var rest = Array(uri.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The names that a reference may mean: as it stands, with its escapes resolved, and both after its dot segments were
    /// resolved against the root of the container, which is what RFC 3986 §5.2 makes of it.
    static func names(_ uri: String) -> [String] {
        let forms = [uri, removingDotSegments(uri)].compactMap(\.self)
        guard uri.utf8.contains(UInt8(ascii: "%")) else { return forms }
        return forms + forms.compactMap(decode)
    }

    /// The path from the root of the container (RFC 3986 §5.2.4); `nil` when it leaves the container, names another host or
    /// ends in a folder, or has more segments than any file of an archive.
    private static func removingDotSegments(_ uri: String) -> String? {
        var segments = Array(uri.utf8).split(
            separator: UInt8(ascii: "/"), maxSplits: mostSegments, omittingEmptySubsequences: false)
        guard segments.count <= mostSegments else { return nil }
        // A path from the root is the same as one relative to it; `//` begins a host.
        if segments.first?.isEmpty == true { segments.removeFirst() }
        guard let last = segments.last, segments.first?.isEmpty == false, dots(last) == nil else { return nil }
        var path: [ArraySlice<UInt8>] = []
        for segment in segments {
            switch dots(segment) {
            case 1: continue
            case 2:
                guard path.popLast() != nil else { return nil }
            default: path.append(segment)
            }
        }
        return String(decoding: Array(path.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
    }

    /// Archives have 32 folders within each other at most.
    private static let mostSegments = 256

    /// 1 and 2 for the segments of one and two periods. A period need not be escaped, and means the same when it is (§6.2.2.2).
    private static func dots(_ segment: ArraySlice<UInt8>) -> Int? {
        var rest = segment
        var count = 0
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.popFirst() == UInt8(ascii: "2"), let letter = rest.popFirst(), letter | 0x20 == 0x65 else {
                    return nil
                }
            } else if byte != UInt8(ascii: ".") {
                return nil
            }
            count += 1
            guard count <= 2 else { return nil }
        }
        return count == 0 ? nil : count
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
