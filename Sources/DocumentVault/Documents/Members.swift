// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// Named texts in ascending order of their names (format §4 Members), with those that this version does not know.
struct Members: Sendable, Hashable {
    private struct Member: Sendable, Hashable {
        let name: String
        var texts: [String]

        // By octets, as the format orders them; text compares by characters.
        func precedes(_ other: String) -> Bool { name.utf8.lexicographicallyPrecedes(other.utf8) }
    }

    // A vault has two of these for each document and few members in them: an ordered list is read and searched in a
    // fraction of what a dictionary takes.
    private var list: [Member] = []

    /// The texts by name.
    var values: [String: [String]] { Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0.texts) }) }

    /// Octets of all names and texts.
    var octetCount: Int {
        list.reduce(0) { sum, member in member.texts.reduce(sum + member.name.utf8.count) { $0 + $1.utf8.count } }
    }

    init() {}

    init(_ values: [String: [String]]) {
        list = values.filter { !$0.value.isEmpty }.map { Member(name: $0.key, texts: $0.value) }
            .sorted { $0.precedes($1.name) }
    }

    subscript(name: String) -> String? {
        get { list.first { $0.name == name }?.texts.first }
        set { self[all: name] = newValue.map { [$0] } ?? [] }
    }

    subscript(all name: String) -> [String] {
        get { list.first { $0.name == name }?.texts ?? [] }
        set {
            let place = list.firstIndex { !$0.precedes(name) } ?? list.endIndex
            if place < list.endIndex, list[place].name == name { list.remove(at: place) }
            if !newValue.isEmpty { list.insert(Member(name: name, texts: newValue), at: place) }
        }
    }

    /// The members with other names than these.
    func others(than known: Set<String>) -> [String: [String]] {
        list.allSatisfy { known.contains($0.name) } ? [:] : values.filter { !known.contains($0.key) }
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        let schema = try reader.next().integer()
        guard schema == 1 else { throw VaultError(.newerVersion, object: object, "members of schema \(schema)") }
        var members = try reader.next(.sequence).reader()
        try reader.end()
        while !members.isAtEnd {
            var member = try members.next(.sequence).reader()
            let name = try member.next(.utf8String).validText()
            var inner = try member.next(.sequence).reader()
            try member.end()
            var texts: [String] = []
            while !inner.isAtEnd { texts.append(try inner.next().validText()) }
            guard !texts.isEmpty, list.last?.precedes(name) ?? true else {
                throw VaultError(.damaged, object: object, "members that are empty or not in ascending order")
            }
            list.append(Member(name: name, texts: texts))
        }
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.integer(1)
            $0.sequence { members in
                for member in list {
                    members.sequence {
                        $0.utf8String(member.name)
                        $0.sequence { texts in
                            for text in member.texts { texts.utf8String(text) }
                        }
                    }
                }
            }
        }
    }
}
