// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import SignatureValidation
public import ZIPSyntax

/// A container of files with CAdES signatures and time-stamps over them (EN 319 162-1).
///
/// Evidence records and XAdES signatures are recognised and not judged.
public struct ASiCContainer: Sendable {
    /// The archive.
    public let archive: ZIPArchive
    /// Which of the two containers it is: by `mimetype`, else by the archive's comment, else by what is in it.
    public let type: ContainerType
    /// What its media type says that it should not.
    let typeFaults: [ContainerFault]
    let typeFindings: [Finding]
    /// Shared by copies: they have the same archive.
    let contents: EntryContents

    /// Reads a container.
    ///
    /// - Returns: `nil` for a ZIP archive that is no such container.
    /// - Throws: ``ZIPSyntax/ZIPSyntaxError`` for an archive that two readers could take for different ones.
    public init?(
        reading source: any ByteSource, budget: Budget = ZIPArchive.standardBudget
    ) throws(ZIPSyntaxError) {
        self.init(try ZIPArchive(reading: source, budget: budget))
    }

    /// Takes an archive for a container; `nil` when it is none.
    public init?(_ archive: ZIPArchive) {
        let roles = Set(archive.entries.map { ContainerRole($0) })
        let stated = StatedMediaType(archive)
        // Other formats keep XML signatures in META-INF as well; CAdES and time-stamps are kept by these only.
        let own: Set<ContainerRole> = [
            .signature, .timeStamp, .evidenceRecord, .manifest, .archiveManifest, .evidenceRecordManifest,
        ]
        let isNamed = stated.type != nil || stated.text == nil && roles.contains(.xmlSignatures)
        guard isNamed || !roles.isDisjoint(with: own) else { return nil }
        self.archive = archive
        contents = EntryContents()
        let dataCount = archive.entries.count { ContainerRole($0) == .data }
        let isExtended = !roles.isDisjoint(with: [.manifest, .xmlSignatures]) || dataCount != 1
        type = stated.type ?? (isExtended ? .extended : .simple)
        typeFaults = stated.faults
        typeFindings = stated.findings
    }

    /// The files that the container is made for, in their order.
    public var files: [ZIPEntry] { archive.entries.filter { ContainerRole($0) == .data } }

    /// Whether a source says in its first or last bytes that it is such a container, readable or not.
    ///
    /// An archive that cannot be read strictly is refused when it does, and is just a file when it does not.
    public static func isClaimed(by source: any ByteSource) throws(ByteSourceError) -> Bool {
        let head = try source.bytes(at: 0, count: Int(min(source.size, 256)))
        let count = Int(min(source.size, 1 << 20))
        let tail = try source.bytes(at: source.size - Int64(count), count: count)
        if contains(head, "application/vnd.etsi.asic") { return true }
        if contains(tail.suffix(1024), "mimetype=application/vnd.etsi.asic") { return true }
        // Names in the central directory, which stands at the end.
        return ["META-INF/", "meta-inf/"].contains { folder in
            ranges(of: folder, in: tail).contains { start in
                // The next record follows a name without a gap: the ending tells where the name is over.
                let text = String(decoding: tail[start...].prefix(160), as: UTF8.self).lowercased()
                let ends = [".p7s", ".tst", ".xml", ".ers"].compactMap { text.firstRange(of: $0)?.upperBound }
                guard let end = ends.min() else { return false }
                let name = text[..<end]
                return [ContainerRole.signature, .timeStamp, .manifest, .archiveManifest, .evidenceRecord].contains(
                    ContainerRole(path: "META-INF/" + name.dropFirst(folder.count)))
            }
        }
    }

    private static func contains(_ bytes: some Collection<UInt8>, _ text: String) -> Bool {
        !ranges(of: text, in: Array(bytes)).isEmpty
    }

    private static func ranges(of text: String, in bytes: [UInt8]) -> [Int] {
        let part = Array(text.utf8)
        guard bytes.count >= part.count else { return [] }
        return (0...(bytes.count - part.count)).filter {
            bytes[$0] == part[0] && bytes[$0 + 1] == part[1] && bytes[$0...].starts(with: part)
        }
    }
}

/// What an archive says of its own type: the file `mimetype` and the comment (EN 319 162-1 A.1).
struct StatedMediaType {
    /// The media type as stated; `nil` when nothing is.
    private(set) var text: String?
    private(set) var type: ContainerType?
    private(set) var faults: [ContainerFault] = []
    private(set) var findings: [Finding] = []

    init(_ archive: ZIPArchive) {
        let prefix = "mimetype="
        var comment = String(validating: archive.comment, as: UTF8.self).flatMap {
            $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil
        }
        var content: String?
        if let entry = archive.entry(named: "mimetype") {
            if entry.record.lowerBound != 0 || entry.compression != .stored || entry.hasLocalExtraFields {
                // Nobody signs it, and other producers write it elsewhere: it says of what kind the file is, and no more.
                findings.append(
                    Finding(
                        .warning, code: "mimetype-placement",
                        Phrase(
                            vi: "tệp mimetype phải đứng đầu gói, không nén và không có trường phụ",
                            en: "the file mimetype must come first in the container, stored and without extra fields")))
            }
            content = (try? archive.bytes(of: entry, limit: 256)).flatMap { String(validating: $0, as: UTF8.self) }
            if content == nil { faults.append(.mimetypeContent) }
        }
        for value in [content, comment].compactMap({ $0 }) where value != Self.trimmed(value) {
            findings.append(
                Finding(
                    .warning, code: "mimetype-white-space",
                    Phrase(
                        vi: "tệp mimetype có ký tự thừa quanh kiểu nội dung",
                        en: "the media type in mimetype is surrounded by other characters")))
            break
        }
        content = content.map(Self.trimmed)
        comment = comment.map(Self.trimmed)
        if let content, let comment, content != comment { faults.append(.mimetypeContent) }
        text = content ?? comment
        type = text.flatMap { ContainerType(mediaType: $0) }
        if let text, type == nil {
            let shown = String(text.prefix(80))
            findings.append(
                Finding(
                    .warning, code: "mimetype-not-asic",
                    Phrase(
                        vi: "gói ghi kiểu nội dung “\(shown)”, không phải kiểu của gói ASiC",
                        en: "the container states the media type “\(shown)”, which is not that of an ASiC container")))
        }
    }

    /// Without a byte order mark in front and white space around.
    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{feff}" { scalars.removeFirst() }
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
