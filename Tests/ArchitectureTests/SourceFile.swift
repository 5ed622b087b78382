// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport

/// A Swift file with its text, as written and with comments and string contents blanked.
struct SourceFile {
    /// Path below the package's root.
    let path: String
    let lines: [String]
    /// The lines without comments and without what stands in string literals.
    let code: [String]

    /// The folder below Sources, or `nil` for a file that is not there.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = Self.blanked(lines)
    }

    /// Every Swift file below folders of the package.
    static func all(in folders: [String]) throws -> [SourceFile] {
        try paths(in: folders, endings: ["swift"]).map { path in
            SourceFile(
                path: path, text: try String(contentsOf: Corpora.packageRoot.appending(path: path), encoding: .utf8))
        }
    }

    /// Paths of the files with certain endings below folders of the package, sorted.
    static func paths(in folders: [String], endings: Set<String>) -> [String] {
        folders.flatMap { folder -> [String] in
            let start = Corpora.packageRoot.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: start.path())?.compactMap { $0 as? String } ?? []
            return names.filter { endings.contains(($0 as NSString).pathExtension) && !$0.contains(".build/") }
                .map { "\(folder)/\($0)" }
        }.sorted()
    }

    private static func blanked(_ lines: [String]) -> [String] {
        var isInside = false
        return lines.map { line in
            let count = line.components(separatedBy: "\"\"\"").count - 1
            if count % 2 == 1 {
                isInside.toggle()
                return isInside ? line.components(separatedBy: "\"\"\"")[0] : ""
            }
            return isInside ? "" : blanked(line)
        }
    }

    private static func blanked(_ line: String) -> String {
        var result = ""
        var isString = false
        var depth = 0
        var previous: Character = " "
        for character in line {
            if isString {
                if previous == "\\", character == "(" {
                    // What is interpolated is code.
                    isString = false
                    depth = 1
                } else if character == "\"", previous != "\\" {
                    isString = false
                    result.append("\"")
                }
                previous = previous == "\\" && character == "\\" ? " " : character
                continue
            }
            if character == "/", previous == "/" {
                result.removeLast()
                return result
            }
            if depth > 0 {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if depth == 0 {
                    isString = true
                    previous = " "
                    continue
                }
            }
            if character == "\"" { isString = true }
            result.append(character)
            previous = isString ? " " : character
        }
        return result
    }
}

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespaces) }

    /// Whether a word occurs that is not part of a longer one on the left.
    func hasWord(_ word: String) -> Bool {
        var rest = self[...]
        while let range = rest.range(of: word) {
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
            if !(before.isLetter || before.isNumber || before == "_") { return true }
            rest = self[range.upperBound...]
        }
        return false
    }
}
