// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing

@Suite struct `docs-traceability.md` {
    private func texts(of folder: String) throws -> [String] {
        let root = Corpora.packageRoot.appending(path: folder)
        let names = (FileManager.default.enumerator(atPath: root.path())?.compactMap { $0 as? String } ?? [])
        return try names.filter { $0.hasSuffix(".swift") }.map {
            try String(contentsOf: root.appending(path: $0), encoding: .utf8)
        }
    }

    /// The cells of every row but headings and rules.
    private func rows() throws -> [[String]] {
        let page = try String(contentsOf: Corpora.packageRoot.appending(path: "docs/traceability.md"), encoding: .utf8)
        return page.split(separator: "\n").filter {
            $0.hasPrefix("| ") && !$0.hasPrefix("| clause") && !$0.hasPrefix("| id")
        }
        .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    }

    private func declares(_ symbol: String, _ sources: [String]) -> Bool {
        let parts = symbol.split(separator: ".").map(String.init)
        guard let type = parts.first else { return false }
        let declared = sources.filter { text in
            ["struct ", "enum ", "class ", "protocol ", "extension "].contains { text.contains($0 + type) }
        }
        guard parts.count > 1, let member = parts.last else { return !declared.isEmpty }
        return declared.contains { text in
            ["func ", "var ", "let ", "case "].contains { text.contains($0 + member) }
        }
    }

    @Test func `every function and test that the page names exists`() throws {
        let sources = try texts(of: "Sources")
        let tests = try texts(of: "Tests")
        let rows = try rows()
        #expect(rows.count > 50)
        for row in rows {
            try #require(row.count == 4, "\(row)")
            for name in row[2].split(separator: "`").map(String.init) where name != ", " {
                #expect(declares(name, sources), "no \(name) in Sources")
            }
            let test = row[3].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            #expect(tests.contains { $0.contains("func `\(test)`") }, "no test: \(test)")
        }
    }

    @Test func `a name that does not exist is found out`() throws {
        let sources = try texts(of: "Sources")
        #expect(declares("SignatureVerdict", sources) && declares("Message.phrase", sources))
        #expect(!declares("SignatureOracle", sources) && !declares("Message.poem", sources))
    }
}
