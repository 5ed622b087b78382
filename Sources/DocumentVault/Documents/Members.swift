// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// Named texts in ascending order of their names (format §4 Members), with those that this version does not know.
struct Members: Sendable, Hashable {
    private(set) var values: [String: [String]]

    init(_ values: [String: [String]] = [:]) { self.values = values.filter { !$0.value.isEmpty } }

    subscript(name: String) -> String? {
        get { values[name]?.first }
        set { values[name] = newValue.map { [$0] } }
    }

    subscript(all name: String) -> [String] {
        get { values[name] ?? [] }
        set { values[name] = newValue.isEmpty ? nil : newValue }
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        let schema = try reader.next().integer()
        guard schema == 1 else { throw VaultError(.newerVersion, object: object, "members of schema \(schema)") }
        let list = try reader.next(.sequence).elements()
        try reader.end()
        var values: [String: [String]] = [:]
        var last: [UInt8]?
        for element in list {
            var member = try element.reader(.sequence)
            let name = try member.next(.utf8String).validText()
            let texts = try member.next(.sequence).elements().map { try $0.validText() }
            try member.end()
            let key = Array(name.utf8)
            guard !texts.isEmpty, last.map({ $0.lexicographicallyPrecedes(key) }) ?? true else {
                throw VaultError(.damaged, object: object, "members that are empty or not in ascending order")
            }
            last = key
            values[name] = texts
        }
        self.values = values
    }

    func write(to writer: inout DERWriter) {
        let names = values.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        writer.sequence {
            $0.integer(1)
            $0.sequence { list in
                for name in names {
                    list.sequence {
                        $0.utf8String(name)
                        $0.sequence { texts in
                            for text in values[name] ?? [] { texts.utf8String(text) }
                        }
                    }
                }
            }
        }
    }
}
