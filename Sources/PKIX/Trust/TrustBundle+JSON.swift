// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import FoundationEssentials

extension TrustBundle {
    /// Reads a bundle of at most 16 MiB.
    ///
    /// - Throws: ``PKIXError`` `invalidStructure` for anything that is no bundle of version 1: a newer version, a member
    ///   that is missing, twice or not known, a certificate that cannot be read or does not have the digest stated beside it.
    public init(parsing file: [UInt8]) throws(PKIXError) {
        guard file.count <= 16 << 20 else { throw Self.invalid("\(file.count) bytes, at most 16777216") }
        guard Self.depth(of: file) <= 8 else { throw Self.invalid("nested deeper than a bundle is") }
        let decoder = JSONDecoder()
        guard let version = try? decoder.decode(VersionFile.self, from: Data(file)).version else {
            throw Self.invalid("not a JSON object with a version")
        }
        guard version == 1 else { throw Self.invalid("version \(version), this library reads 1") }
        guard MemberNames.areDistinct(in: file) else {
            throw Self.invalid("a member occurs twice, or its name is written with an escape")
        }
        let read: BundleFile
        do {
            read = try decoder.decode(BundleFile.self, from: Data(file))
        } catch {
            throw Self.invalid("a member is missing, not known or of the wrong type")
        }
        guard read.entries.count <= Self.mostEntries else {
            throw Self.invalid("more than \(Self.mostEntries) entries")
        }
        var entries: [Entry] = []
        for (index, item) in read.entries.enumerated() {
            entries.append(try item.entry(at: index))
        }
        try self.init(
            id: read.id, issued: read.issued, nextUpdate: read.nextUpdate, remark: read.remark, entries: entries)
    }

    /// Whether bytes look like a bundle, so that a file's kind can be told without its name.
    public static func isBundle(_ file: [UInt8]) -> Bool {
        file.count <= 16 << 20 && depth(of: file) <= 8
            && (try? JSONDecoder().decode(BundleFile.Marks.self, from: Data(file))) != nil
    }

    /// The bundle as a file, members in alphabetic order.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        // Strings and integers always encode.
        return ((try? encoder.encode(BundleFile(self))).map(Array.init) ?? []) + [10]
    }

    /// Deepest nesting of brackets outside strings; a decoder that recurses must not meet more than a bundle has.
    private static func depth(of file: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in file {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
                deepest = max(deepest, depth)
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
            }
        }
        return deepest
    }
}

private struct VersionFile: Decodable {
    let version: Int
}

/// The file as it stands in JSON.
private struct BundleFile: Codable {
    struct Marks: Decodable {
        let version: Int
        let nextUpdate: String
        let entries: [AnyEntry]
        struct AnyEntry: Decodable { let domain: String }
    }
    struct Item: Codable {
        let domain: String
        let role: TrustBundle.Role
        let usages: [TrustBundle.Usage]
        let trustedFrom: Instant?
        let trustedUntil: Instant?
        let sha256: String
        let name: String
        let certificate: String
    }
    let version: Int
    let id: String
    let issued: Instant
    let nextUpdate: Instant
    let remark: String?
    let entries: [Item]

    init(_ bundle: TrustBundle) {
        version = 1
        id = bundle.id
        issued = bundle.issued
        nextUpdate = bundle.nextUpdate
        remark = bundle.remark
        entries = bundle.entries.map { entry in
            Item(
                domain: entry.domain, role: entry.role,
                usages: TrustBundle.Usage.allCases.filter(entry.usages.contains),
                trustedFrom: entry.trustedFrom, trustedUntil: entry.trustedUntil,
                sha256: Hexadecimal.encode(entry.certificate.fingerprint), name: entry.name,
                certificate: Data(entry.certificate.bytes).base64EncodedString())
        }
    }
}

/// Any name of a member, to notice those that are not known.
private struct AnyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// A member that this version does not know could narrow trust, so it is not read past.
    fileprivate func refuseOthers(than known: Set<String>) throws {
        let names = try container(keyedBy: AnyName.self).allKeys.map(\.stringValue)
        guard Set(names).isSubset(of: known) else {
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "a member is not known"))
        }
    }
}

extension BundleFile {
    init(from decoder: any Decoder) throws {
        try decoder.refuseOthers(than: ["version", "id", "issued", "nextUpdate", "remark", "entries"])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        id = try container.decode(String.self, forKey: .id)
        issued = try container.decode(Instant.self, forKey: .issued)
        nextUpdate = try container.decode(Instant.self, forKey: .nextUpdate)
        remark = try container.decodeIfPresent(String.self, forKey: .remark)
        entries = try container.decode([Item].self, forKey: .entries)
    }
}

extension BundleFile.Item {
    init(from decoder: any Decoder) throws {
        try decoder.refuseOthers(than: [
            "domain", "role", "usages", "trustedFrom", "trustedUntil", "sha256", "name", "certificate",
        ])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        domain = try container.decode(String.self, forKey: .domain)
        role = try container.decode(TrustBundle.Role.self, forKey: .role)
        usages = try container.decode([TrustBundle.Usage].self, forKey: .usages)
        trustedFrom = try container.decodeIfPresent(Instant.self, forKey: .trustedFrom)
        trustedUntil = try container.decodeIfPresent(Instant.self, forKey: .trustedUntil)
        sha256 = try container.decode(String.self, forKey: .sha256)
        name = try container.decode(String.self, forKey: .name)
        certificate = try container.decode(String.self, forKey: .certificate)
    }

    func entry(at index: Int) throws(PKIXError) -> TrustBundle.Entry {
        guard let bytes = Data(base64Encoded: certificate) else {
            throw TrustBundle.invalid("entry \(index): the certificate is no base64")
        }
        let parsed: Certificate
        do {
            parsed = try Certificate(parsing: Array(bytes))
        } catch {
            throw TrustBundle.invalid("entry \(index): \(error)")
        }
        guard sha256 == Hexadecimal.encode(parsed.fingerprint) else {
            throw TrustBundle.invalid("entry \(index): the certificate does not have the digest stated")
        }
        let entry = try TrustBundle.Entry(
            parsed, domain: domain, role: role, usages: Set(usages), trustedFrom: trustedFrom,
            trustedUntil: trustedUntil)
        guard name == entry.name else {
            throw TrustBundle.invalid("entry \(index): the name is not the certificate's")
        }
        return entry
    }
}
