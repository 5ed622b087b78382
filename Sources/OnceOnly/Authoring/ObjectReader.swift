// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// Reads the members of one JSON object of a catalogue, reporting what is missing, unknown or of the wrong kind.
///
/// Reading goes on after a fault, so that one run names all faults; a value that could not be read is `nil`.
struct ObjectReader {
    let path: String
    let offset: Int
    let log: ProblemLog
    private let members: [String: JSONNode.Member]
    private var known: Set<String> = []

    /// `nil`, with a report, when the node is no object.
    init?(_ node: JSONNode, path: String, log: ProblemLog) {
        guard case .object(let list) = node.value else {
            log.report(.wrongValue, path, at: node.offset, "an object was expected")
            return nil
        }
        self.path = path
        offset = node.offset
        self.log = log
        members = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func offset(of name: String) -> Int { members[name]?.node.offset ?? offset }

    mutating func has(_ name: String) -> Bool { members[name] != nil }

    /// The node of a member; a missing one is reported unless `optional`.
    mutating func node(_ name: String, optional: Bool = false) -> JSONNode? {
        known.insert(name)
        guard let member = members[name] else {
            if !optional { log.report(.missingMember, path, at: offset, name) }
            return nil
        }
        return member.node
    }

    /// A non-empty string.
    mutating func string(_ name: String, optional: Bool = false) -> String? {
        guard let node = node(name, optional: optional) else { return nil }
        guard case .string(let text) = node.value, !text.isBlank else {
            log.report(.wrongValue, path(of: name), at: node.offset, "a non-empty string was expected")
            return nil
        }
        return text
    }

    mutating func int(_ name: String, in range: ClosedRange<Int>, optional: Bool = false) -> Int? {
        guard let node = node(name, optional: optional) else { return nil }
        guard case .number(let number?) = node.value, range.contains(number) else {
            log.report(
                .wrongValue, path(of: name), at: node.offset,
                "a whole number from \(range.lowerBound) to \(range.upperBound) was expected")
            return nil
        }
        return number
    }

    mutating func bool(_ name: String, default: Bool) -> Bool {
        guard let node = node(name, optional: true) else { return `default` }
        guard case .bool(let value) = node.value else {
            log.report(.wrongValue, path(of: name), at: node.offset, "true or false was expected")
            return `default`
        }
        return value
    }

    mutating func date(_ name: String, optional: Bool = false) -> CalendarDate? {
        guard let text = string(name, optional: optional) else { return nil }
        guard let date = CalendarDate(text) else {
            log.report(.wrongValue, path(of: name), at: offset(of: name), "a date yyyy-mm-dd was expected")
            return nil
        }
        return date
    }

    /// A name of a closed list.
    mutating func name<Name: RawRepresentable<String>>(_ member: String, optional: Bool = false) -> Name? {
        guard let text = string(member, optional: optional) else { return nil }
        guard let name = Name(rawValue: text) else {
            log.report(.unknownName, path(of: member), at: offset(of: member), text)
            return nil
        }
        return name
    }

    /// The elements of an array with their paths; `nil` when it is absent or no array.
    mutating func elements(_ name: String, optional: Bool = false) -> [(path: String, node: JSONNode)]? {
        guard let node = node(name, optional: optional) else { return nil }
        return log.elements(of: node, path: path(of: name))
    }

    /// An array of non-empty strings, none of them twice.
    mutating func strings(_ name: String, optional: Bool = false) -> [String]? {
        places(name, optional: optional)?.map(\.text)
    }

    /// An array of names of a closed list, none of them twice.
    mutating func names<Name: RawRepresentable<String> & Hashable>(
        _ member: String, optional: Bool = false
    ) -> [Name]? {
        guard let elements = elements(member, optional: optional) else { return nil }
        var names: [Name] = []
        for (path, node) in elements {
            guard case .string(let text) = node.value else {
                log.report(.wrongValue, path, at: node.offset, "a name was expected")
                continue
            }
            guard let name = Name(rawValue: text) else {
                log.report(.unknownName, path, at: node.offset, text)
                continue
            }
            if names.contains(name) {
                log.report(.duplicateIdentifier, path, at: node.offset, text)
            } else {
                names.append(name)
            }
        }
        return names
    }

    /// An array of non-empty strings with where each stands, none of them twice.
    mutating func places(_ name: String, optional: Bool = false) -> [(text: String, path: String, offset: Int)]? {
        guard let elements = elements(name, optional: optional) else { return nil }
        var places: [(text: String, path: String, offset: Int)] = []
        var seen: Set<String> = []
        for (path, node) in elements {
            guard case .string(let text) = node.value, !text.isBlank else {
                log.report(.wrongValue, path, at: node.offset, "a non-empty string was expected")
                continue
            }
            if seen.insert(text).inserted {
                places.append((text, path, node.offset))
            } else {
                log.report(.duplicateIdentifier, path, at: node.offset, text)
            }
        }
        return places
    }

    /// The members of an object used as a dictionary, in the order of the text.
    mutating func entries(_ name: String, optional: Bool = false) -> [JSONNode.Member] {
        guard let node = node(name, optional: optional) else { return [] }
        guard case .object(let members) = node.value else {
            log.report(.wrongValue, path(of: name), at: node.offset, "an object was expected")
            return []
        }
        return members
    }

    /// A text in both languages: `{"vi": …, "en": …}`.
    mutating func phrase(_ name: String, optional: Bool = false) -> Phrase? {
        guard let node = node(name, optional: optional) else { return nil }
        return log.phrase(node, path: path(of: name))
    }

    /// Reports every member that was not asked for.
    func finish() {
        for member in members.values.sorted(by: { $0.offset < $1.offset }) where !known.contains(member.name) {
            log.report(.unknownMember, path, at: member.offset, member.name)
        }
    }
}

extension ProblemLog {
    func elements(of node: JSONNode, path: String) -> [(path: String, node: JSONNode)]? {
        guard case .array(let nodes) = node.value else {
            report(.wrongValue, path, at: node.offset, "an array was expected")
            return nil
        }
        return nodes.enumerated().map { ("\(path)[\($0.offset)]", $0.element) }
    }

    func phrase(_ node: JSONNode, path: String) -> Phrase? {
        guard var reader = ObjectReader(node, path: path, log: self) else { return nil }
        var texts: [Language: String] = [:]
        for language in Language.allCases {
            guard case .string(let text)? = reader.node(language.rawValue, optional: true)?.value, !text.isBlank else {
                report(.missingTranslation, path, at: node.offset, language.rawValue)
                continue
            }
            if text.unicodeScalars.contains(where: { (0x300...0x36F).contains($0.value) }) {
                report(.notComposed, reader.path(of: language.rawValue), at: node.offset, text)
            }
            texts[language] = text
        }
        reader.finish()
        guard let vi = texts[.vietnamese], let en = texts[.english] else { return nil }
        return Phrase(vi: vi, en: en)
    }

    func requireUnique(_ identifiers: [(identifier: String, path: String, offset: Int)]) {
        var seen: Set<String> = []
        for (identifier, path, offset) in identifiers where !seen.insert(identifier).inserted {
            report(.duplicateIdentifier, path, at: offset, identifier)
        }
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
