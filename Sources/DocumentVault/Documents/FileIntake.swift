// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Looks at a file before it goes into a vault, in one pass and with constant memory.
///
/// What stands in compressed streams of a PDF is not seen here: the marks are looked for in its plain octets. Whether a
/// file is harmful is for a scanner to say.
public enum FileIntake {
    private static let pieceSize = 1 << 20
    private static let marks: [(text: String, finding: IntakeFinding)] = [
        ("/Encrypt", .encryptedPDF), ("/JavaScript", .javaScript), ("/JS", .javaScript), ("/Launch", .launchAction),
        ("/EmbeddedFile", .embeddedFile),
    ]

    /// What is worth knowing of a file.
    ///
    /// - Parameters:
    ///   - source: The file; read once, in order.
    ///   - name: Its name.
    ///   - mediaType: What it is said to be.
    /// - Throws: ``DossierCore/ByteSourceError``.
    public static func findings(
        _ source: some ByteSource, name: String, mediaType: String
    ) throws(ByteSourceError) -> [IntakeFinding] {
        var findings: [IntakeFinding] = []
        if Array(name.utf8) != Array(name.normalizedNFC.utf8) { findings.append(.nameNotNormalised) }
        guard source.size > 0 else { return findings + [.empty] }
        let start = try source.bytes(at: 0, count: Int(min(1024, source.size)))
        if let kind = kind(of: start), !kind.covers(mediaType) { findings.append(.otherType) }
        // A file that claims a kind which is always known by its first octets, and does not begin with them.
        if kind(of: start) == nil, Kind.allCases.contains(where: { $0.isCertain && $0.covers(mediaType) }) {
            findings.append(.otherType)
        }
        if kind(of: start) == .pdf { findings += try marks(in: source) }
        return findings
    }

    private enum Kind: CaseIterable {
        case pdf, png, jpeg, gif, tiff, zip, xml

        // The first octets of a PNG, PDF, JPEG, GIF and TIFF are fixed; XML may begin in many ways.
        var isCertain: Bool { self != .xml }

        func covers(_ mediaType: String) -> Bool {
            switch self {
            case .pdf: mediaType == "application/pdf"
            case .png: mediaType == "image/png"
            case .jpeg: mediaType == "image/jpeg"
            case .gif: mediaType == "image/gif"
            case .tiff: mediaType == "image/tiff"
            case .zip:
                mediaType == "application/zip" || mediaType.hasPrefix("application/vnd.openxmlformats-")
                    || mediaType.hasPrefix("application/vnd.oasis.opendocument.")
                    || mediaType.hasPrefix("application/vnd.etsi.asic-")
            case .xml: mediaType.hasSuffix("/xml") || mediaType.hasSuffix("+xml")
            }
        }
    }

    private static func kind(of start: [UInt8]) -> Kind? {
        if start.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return .png }
        if start.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
        if start.starts(with: Array("GIF8".utf8)) { return .gif }
        if start.starts(with: [0x49, 0x49, 0x2a, 0]) || start.starts(with: [0x4d, 0x4d, 0, 0x2a]) { return .tiff }
        if start.starts(with: [0x50, 0x4b, 3, 4]) { return .zip }
        if start.starts(with: Array("<?xml".utf8)) || start.starts(with: [0xef, 0xbb, 0xbf] + Array("<?xml".utf8)) {
            return .xml
        }
        // ISO 32000-2 7.5.2: readers accept the header within the first 1024 octets.
        return start.firstRange(of: Array("%PDF-".utf8)) == nil ? nil : .pdf
    }

    private static func marks(in source: some ByteSource) throws(ByteSourceError) -> [IntakeFinding] {
        var found: Set<IntakeFinding> = []
        // Each octet of a name may be written as three.
        let longest = 3 * (marks.map(\.text.utf8.count).max() ?? 0) + 1
        var rest: [UInt8] = []
        var place: Int64 = 0
        while place < source.size, found.count < Set(marks.map(\.finding)).count {
            let piece = try source.bytes(at: place, count: Int(min(Int64(pieceSize), source.size - place)))
            place += Int64(piece.count)
            let window = rest + piece
            // A name that the next piece goes on with is looked at with that one.
            let end = place < source.size ? max(0, window.count - longest) : window.count
            for start in window.indices[..<end] where window[start] == UInt8(ascii: "/") {
                let name = name(in: window[start...], atMost: longest)
                for mark in marks where !found.contains(mark.finding) {
                    // `/EmbeddedFile` and `/EmbeddedFiles`; otherwise a name that only begins like the mark is another name.
                    let fits =
                        mark.text == "/EmbeddedFile"
                        ? name.starts(with: mark.text.utf8) : name.elementsEqual(mark.text.utf8)
                    if fits { found.insert(mark.finding) }
                }
            }
            rest = Array(window[end...])
        }
        return IntakeFinding.allCases.filter(found.contains)
    }

    /// A name with its slash, `#xx` resolved (ISO 32000-2 7.3.5).
    private static func name(in octets: ArraySlice<UInt8>, atMost limit: Int) -> [UInt8] {
        var name = [UInt8(ascii: "/")]
        var place = octets.startIndex + 1
        while place < octets.endIndex, place - octets.startIndex < limit, isRegular(octets[place]) {
            if octets[place] == UInt8(ascii: "#"), place + 2 < octets.endIndex,
                let high = digit(octets[place + 1]), let low = digit(octets[place + 2])
            {
                name.append(high << 4 | low)
                place += 3
            } else {
                name.append(octets[place])
                place += 1
            }
        }
        return name
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46, 0x61...0x66: (octet | 0x20) - 0x61 + 10
        default: nil
        }
    }

    /// What a name goes on with: neither white space nor a delimiter (ISO 32000-2 7.2.3).
    private static func isRegular(_ octet: UInt8) -> Bool {
        switch octet {
        case 0, 9, 10, 12, 13, 32: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["),
            UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
            false
        default: true
        }
    }
}

extension Vault {
    /// What is worth knowing of a file before it is stored: ``FileIntake``, and whether the vault has the same octets.
    ///
    /// - Throws: ``VaultError`` when the documents cannot be read; ``DossierCore/ByteSourceError``.
    public func examine(
        _ source: some ByteSource, sha256: Digest32, name: String, mediaType: String
    ) async throws -> [IntakeFinding] {
        let findings = try FileIntake.findings(source, name: name, mediaType: mediaType)
        return try await documents(withDigest: sha256).isEmpty ? findings : findings + [.duplicate]
    }
}
