// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// `dossier.json`, version 1: what a dossier consists of (docs/formats/dossier-v1.md).
public struct DossierManifest: Sendable, Hashable, Codable {
    /// The procedure that the dossier is handed in for.
    public struct ProcedureReference: Sendable, Hashable, Codable {
        /// Code on the national catalogue, for example `1.004222`.
        public let code: String
        /// Version of the definition in force at acceptance.
        public let version: String

        /// Makes a reference.
        public init(code: String, version: String) {
            self.code = code
            self.version = version
        }
    }

    /// One attachment.
    public struct Entry: Sendable, Hashable, Codable {
        /// Place in the dossier, from 1.
        public let ordinal: Int
        /// File name in NFC.
        public let name: String
        /// Code of the document type.
        public let type: String
        /// Media type, decided by the first bytes.
        public let mediaType: String
        /// Size in bytes.
        public let size: Int64
        /// SHA-256, lower-case hexadecimal.
        public let sha256: String

        /// Makes an entry; ``DossierManifest/init(dossier:procedure:attachments:)`` checks it.
        public init(ordinal: Int, name: String, type: String, mediaType: String, size: Int64, sha256: String) {
            self.ordinal = ordinal
            self.name = name
            self.type = type
            self.mediaType = mediaType
            self.size = size
            self.sha256 = sha256
        }
    }

    /// Format version: 1.
    public let version: Int
    /// The dossier's code.
    public let dossier: String
    /// The procedure.
    public let procedure: ProcedureReference
    /// The attachments in order.
    public let attachments: [Entry]

    /// Makes a manifest and checks every rule of the format.
    ///
    /// - Throws: ``DossierError`` `invalidManifest` that names the member.
    public init(dossier: String, procedure: ProcedureReference, attachments: [Entry]) throws(DossierError) {
        version = 1
        self.dossier = dossier
        self.procedure = procedure
        self.attachments = attachments
        try check()
    }

    /// Reads a manifest of at most 4 MiB.
    ///
    /// - Throws: ``DossierError``: `newerFormat`, or `invalidManifest` for bytes that are not the one canonical form.
    public init(parsing bytes: [UInt8]) throws(DossierError) {
        guard bytes.count <= 1 << 22 else {
            throw DossierError(.invalidManifest, "\(bytes.count) bytes, at most 4194304")
        }
        struct Version: Decodable { let version: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)).version else {
            throw DossierError(.invalidManifest, "not a JSON object with a version")
        }
        guard version <= 1 else { throw DossierError(.newerFormat, "version \(version), this library reads 1") }
        guard version == 1 else { throw DossierError(.invalidManifest, "version \(version)") }
        do {
            self = try JSONDecoder().decode(DossierManifest.self, from: Data(bytes))
        } catch {
            throw DossierError(.invalidManifest, "a member is missing or of the wrong type")
        }
        try check()
        guard self.bytes == bytes else {
            throw DossierError(
                .invalidManifest, "not in canonical form (RFC 8785), or with unknown or repeated members")
        }
    }

    /// The canonical bytes (RFC 8785).
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and integers always encode.
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }

    private func check() throws(DossierError) {
        func require(_ holds: Bool, _ member: String) throws(DossierError) {
            if !holds { throw DossierError(.invalidManifest, member) }
        }
        func matches(_ text: String, _ range: ClosedRange<Int>, _ allowed: (UInt8) -> Bool) -> Bool {
            range.contains(text.utf8.count) && text.utf8.allSatisfy(allowed)
        }
        let lower = { (byte: UInt8) in (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 }
        let code = { (byte: UInt8) in lower(byte) || (65...90).contains(byte) || byte == 46 }
        try require(matches(dossier, 1...64) { code($0) || $0 == 95 }, "dossier")
        try require(matches(procedure.code, 1...32, code), "procedure.code")
        try require(matches(procedure.version, 1...32, code), "procedure.version")
        try require((1...1000).contains(attachments.count), "attachments: 1 to 1000 are allowed")
        var names: Set<String> = []
        for (index, entry) in attachments.enumerated() {
            try require(entry.ordinal == index + 1, "ordinal \(entry.ordinal), expected \(index + 1)")
            try require(AttachmentName.isValid(entry.name), "name of attachment \(entry.ordinal)")
            try require(
                names.insert(entry.name.lowercased()).inserted, "name of attachment \(entry.ordinal) occurs twice")
            try require(matches(entry.type, 1...64, lower), "type of attachment \(entry.ordinal)")
            let parts = entry.mediaType.split(separator: "/", omittingEmptySubsequences: false)
            // RFC 6838 §4.2: restricted names begin with a letter or digit.
            try require(
                parts.count == 2
                    && parts.allSatisfy { part in
                        matches(String(part), 1...127) { lower($0) || "!#$&^_.+".utf8.contains($0) }
                            && part.utf8.first.map { lower($0) && $0 != 45 } == true
                    }, "mediaType of attachment \(entry.ordinal)")
            try require((0..<(1 << 53)).contains(entry.size), "size of attachment \(entry.ordinal)")
            try require(
                entry.sha256.utf8.count == 64 && entry.sha256 == entry.sha256.lowercased()
                    && Hexadecimal.decode(entry.sha256) != nil, "sha256 of attachment \(entry.ordinal)")
        }
    }
}

/// The rules for names of attachments.
public enum AttachmentName {
    /// Whether a name may stand in a manifest: NFC, 1 to 200 bytes, nothing that leaves a folder or deceives the eye.
    public static func isValid(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count) && name != "." && name != ".."
            && Array(name.utf8) == Array(name.precomposedStringWithCanonicalMapping.utf8)
            && name.first?.isWhitespace == false && name.last?.isWhitespace == false
            && name.unicodeScalars.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar != "/", scalar != "\\", !scalar.properties.isBidiControl else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    /// The name in NFC with everything that is not allowed replaced by `_`; decomposed names come from macOS.
    public static func normalized(_ name: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in name.precomposedStringWithCanonicalMapping.unicodeScalars {
            scalars.append(isAllowed(scalar) ? scalar : "_")
        }
        // The end is kept: it has the extension.
        var text = ""[...]
        let trimmed = String(scalars).trimmingCharacters(in: .whitespacesAndNewlines)
        var size = 0
        for index in trimmed.indices.reversed() {
            size += trimmed[index].utf8.count
            guard size <= 200 else { break }
            text = trimmed[index...]
        }
        let cut = text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        return isValid(cut) ? cut : "_"
    }
}
