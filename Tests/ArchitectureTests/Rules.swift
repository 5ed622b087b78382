// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// The rules for single files; each gives the faults of one file, `path:line: what`.
enum Rules {
    static func imports(_ file: SourceFile) -> [String] {
        guard let module = file.module, !ModuleMap.isC(module) else { return [] }
        guard var allowed = ModuleMap.allowed[module] else { return ["\(file.path): the map has no module \(module)"] }
        allowed.formUnion(ModuleMap.everywhere)
        allowed.formUnion(ModuleMap.exceptions[file.path] ?? [])
        if ModuleMap.usesFoundation.contains(module) { allowed.formUnion(ModuleMap.libc.union(["Foundation"])) }
        return file.faults { line in
            imported(by: line).flatMap { allowed.contains($0) ? nil : "\(module) imports \($0)" }
        }
    }

    /// The module that a line imports.
    static func imported(by line: String) -> String? {
        var words = line.trimmed.split(separator: " ").map(String.init)
        while let first = words.first,
            first.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains(first)
        {
            words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return name.split(separator: ".").first.map(String.init)
    }

    private static let impure = [
        "Date()", "Date.now", "UUID()", "SystemRandomNumberGenerator", "ContinuousClock", "SuspendingClock",
        "arc4random",
        "clock_gettime", "gettimeofday", "getrandom", "getentropy", "mach_absolute_time", "DispatchTime", "ProcessInfo",
    ]
    private static let unseeded = [".shuffled()", ".shuffle()", ".randomElement()", ".random()"]
    private static let cRandom = ["randombytes_", "RAND_bytes", "RAND_priv_bytes"]

    /// No clock and no randomness of the system below the top.
    static func purity(_ file: SourceFile) -> [String] {
        guard let module = file.module, !ModuleMap.top.contains(module) else { return [] }
        return file.faults { line in
            if let word = impure.first(where: { line.hasWord($0) }) { return word }
            if line.split(separator: ".").dropFirst().contains(where: { part in
                part.hasPrefix("now")
                    && !(part.dropFirst(3).first.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false)
            }) {
                return ".now"
            }
            if let word = unseeded.first(where: { line.contains($0) }) { return word }
            if line.contains(".random(in:"), !line.contains("using:") { return ".random without a generator" }
            guard module != "CryptoPrimitives" else { return nil }
            if let word = cRandom.first(where: { line.hasWord($0) }) { return word }
            return line.contains("struct SystemRandom") ? "SystemRandom is declared in CryptoPrimitives" : nil
        }
    }

    static func header(_ file: SourceFile) -> [String] {
        // A manifest begins with the version of the tools.
        guard !file.path.hasSuffix("Package.swift") else { return [] }
        guard file.lines.count > 2, file.lines[0] == "// SPDX-License-Identifier: Apache-2.0",
            file.lines[1].hasPrefix("// Part of DossierKit.")
        else { return ["\(file.path): the two header lines are missing"] }
        return []
    }

    static func size(_ file: SourceFile) -> [String] {
        let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
        return count > 400 ? ["\(file.path): \(count) lines, at most 400"] : []
    }

    /// What ends a process instead of answering.
    static func traps(_ file: SourceFile) -> [String] {
        file.faults { line in
            if let word = ["try!", "as!", "fatalError("].first(where: { line.hasWord($0) }) { return word }
            // Swift 6.3 destroys what was never made when such an argument throws.
            if line.contains("??"), line.hasWord("try"), line.contains(/\?\? *[A-Za-z.]*\.[a-z]\w*\([^()]*\w\(/) {
                return "a call as argument of a case behind ??, in a throwing expression"
            }
            var previous: Character = " "
            var beforeThat: Character = " "
            for character in line + " " {
                let ends = beforeThat.isLetter || beforeThat.isNumber || ")]_?".contains(beforeThat)
                if previous == "!", ends, character != "=" { return "a forced unwrap" }
                beforeThat = previous
                previous = character
            }
            return nil
        }
    }

    /// Paths that exist on one machine only. Written in parts, so that this file does not break its own rule.
    private static let machinePaths = ["work", "home", "root", "Users"].map { "/\($0)/" } + ["/tmp" + "/"]

    static func machinePaths(_ path: String, _ lines: [String]) -> [String] {
        lines.enumerated().compactMap { index, line in
            guard
                let found = machinePaths.first(where: { place in
                    guard let range = line.range(of: place) else { return false }
                    let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
                    return " \"'`=(:".contains(before) && !line.contains("://")
                })
            else { return nil }
            return "\(path):\(index + 1): a path of one machine, \(found)"
        }
    }
}

extension SourceFile {
    /// The faults that a check finds in lines of code.
    func faults(_ check: (String) -> String?) -> [String] {
        code.enumerated().compactMap { index, line in check(line).map { "\(path):\(index + 1): \($0)" } }
    }
}
