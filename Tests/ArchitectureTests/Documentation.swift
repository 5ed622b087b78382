// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Doc comments on public declarations.
enum Documentation {
    /// Members that fulfil a requirement of the standard library, which states what they do.
    private static let standardWitnesses: Set<String> = [
        "description", "debugDescription", "==", "<", "hash", "encode", "init(from", "rawValue", "errorDescription",
        "makeIterator", "next", "id", "init(stringLiteral", "init(arrayLiteral", "init(dictionaryLiteral",
        "init(integerLiteral",
    ]
    private static let kinds: Set<String> = [
        "func", "var", "let", "struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype",
        "subscript",
        "init", "extension", "case",
    ]

    /// The kind and name that a line declares, with whether the line says `public`.
    static func declaration(_ line: String) -> (kind: String, name: String, isPublic: Bool)? {
        var isPublic = false
        var rest = line.trimmed[...]
        while let word = rest.prefix(while: { $0 != " " && $0 != "(" && $0 != "?" && $0 != "<" }).nonEmpty {
            if kinds.contains(String(word)) {
                // `public class func` and the like do not occur; the first kind is the declaration's.
                let after = rest.dropFirst(word.count).drop { $0 == " " }
                if word == "init" {
                    let label = after.drop { $0 != "(" }.dropFirst().prefix { $0 != ":" && $0 != ")" && $0 != " " }
                    return ("init", "init(\(label)", isPublic)
                }
                let isOperator = word == "func" && !(after.first?.isLetter ?? false) && after.first != "`"
                let name =
                    isOperator
                    ? after.prefix { $0 != " " && $0 != "(" } : after.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                return (String(word), String(name), isPublic)
            }
            guard word.first?.isLowercase == true || word.first == "@" else { return nil }
            if word == "public" || word == "open" { isPublic = true }
            rest = rest.dropFirst(word.count)
            // Arguments of a modifier or attribute: `private(set)`, `@available(…)`.
            if rest.first == "(" { rest = rest.drop { $0 != ")" }.dropFirst() }
            guard rest.first == " " else { return nil }
            rest = rest.drop { $0 == " " }
        }
        return nil
    }

    /// Names of the requirements of the project's own protocols; a member of such a name is documented there.
    static func requirements(in files: [SourceFile]) -> Set<String> {
        var names: Set<String> = []
        for file in files {
            var indentation: Int?
            for line in file.code {
                let depth = line.prefix { $0 == " " }.count
                if let start = indentation {
                    if line.trimmed == "}", depth == start {
                        indentation = nil
                    } else if let found = declaration(line) {
                        names.insert(found.name)
                    }
                } else if let found = declaration(line), found.kind == "protocol", found.isPublic {
                    indentation = line.trimmed.hasSuffix("}") ? nil : depth
                }
            }
        }
        return names
    }

    static func faults(_ file: SourceFile, requirements: Set<String>) -> [String] {
        guard file.module != nil else { return [] }
        // Public enumerations and protocols, whose members are public without saying so.
        var open: [(kind: String, indentation: Int)] = []
        var faults: [String] = []
        for (index, line) in file.code.enumerated() {
            let depth = line.prefix { $0 == " " }.count
            if line.trimmed.hasPrefix("}"), let last = open.last, depth <= last.indentation { open.removeLast() }
            guard let found = declaration(line) else { continue }
            let isMember = open.last.map { $0.indentation + 4 == depth } ?? false
            let isCase = isMember && open.last?.kind == "enum" && found.kind == "case"
            let isRequirement = isMember && open.last?.kind == "protocol" && found.kind != "case"
            if found.kind == "enum" || found.kind == "protocol" || found.kind == "struct" || found.kind == "class",
                line.trimmed.hasSuffix("{")
            {
                open.append((found.isPublic ? found.kind : "other", depth))
            }
            guard found.kind == "case" ? isCase : found.isPublic || isRequirement, found.kind != "extension" else {
                continue
            }
            if standardWitnesses.contains(found.name) || !isRequirement && requirements.contains(found.name) {
                continue
            }
            if !isDocumented(file.lines, index) {
                faults.append("\(file.path):\(index + 1): \(found.kind) \(found.name) has no doc comment")
            }
        }
        return faults
    }

    private static func isDocumented(_ lines: [String], _ index: Int) -> Bool {
        for line in lines[..<index].reversed() {
            let text = line.trimmed
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") || text.hasPrefix("//") || text.hasPrefix("#") else { return false }
        }
        return false
    }
}

extension Substring {
    fileprivate var nonEmpty: Substring? { isEmpty ? nil : self }
}
