// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierData
import DossierCore
import OnceOnly
import Testing

@Suite("Catalogue input — RFC 8259")
struct JSONInputTests {
    @Test(arguments: [
        "", " ", "{", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, "01", "1.", "1e", "-", "+1", ".5", "tru",
        "nullx", #""a"#, #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, "\"\u{1}\"", #"{"a":1,"a":2}"#,
        "{} {}",
        "\u{FEFF}{}", "[1 2]", "NaN",
    ])
    func `a text that is no JSON is refused`(text: String) {
        #expect(throws: OnceOnlyError.self) { try DocumentTypeCatalogue.lint(Array(text.utf8)) }
    }

    @Test(arguments: [
        "{}", " [1, -0.5e+3, \"\\u0041\\ud83d\\ude00\\n\", true, false, null] ", "123456789012345678901234567890",
    ])
    func `a JSON text that is no catalogue is judged by lint`(text: String) throws {
        #expect(try !DocumentTypeCatalogue.lint(Array(text.utf8)).isEmpty)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: OnceOnlyError.self) { try DocumentTypeCatalogue.lint([0x22, 0xC3, 0x22]) }
        #expect(throws: OnceOnlyError.self) { try DocumentTypeCatalogue.lint([0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func `depth, size and number of values are limited`() throws {
        func code(_ text: String, _ budget: Budget) -> OnceOnlyError.Code? {
            do {
                _ = try DocumentTypeCatalogue.lint(Array(text.utf8), budget: budget)
                return nil
            } catch { return error.code }
        }
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(code(deep, .catalogue) == .overLimit)
        let nested = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(code(nested, .catalogue) == nil)
        #expect(code("[" + nested + "]", .catalogue) == .overLimit)
        #expect(code("[1,2,3]", Budget(bytes: 7, depth: 2, objects: 4, expansionRatio: 1)) == nil)
        #expect(code("[1,2,3]", Budget(bytes: 6, depth: 2, objects: 4, expansionRatio: 1)) == .overLimit)
        #expect(code("[1,2,3]", Budget(bytes: 7, depth: 2, objects: 3, expansionRatio: 1)) == .overLimit)
    }

    @Test func `the compiled-in catalogue cut at any of 500 places is refused`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let whole = try Catalogue.procedures()
        #expect(try ProcedureCatalogue.lint(whole, types: types).isEmpty)
        for step in 0..<500 {
            let cut = Array(whole.prefix(whole.count / 500 * step))
            #expect(throws: OnceOnlyError.self) { try ProcedureCatalogue.lint(cut, types: types) }
        }
    }
}

/// The bytes of the compiled-in files, as a tool would find them.
enum Catalogue {
    static func procedures() throws -> [UInt8] {
        var count = 0
        let start = try #require(dossier_data("OnceOnly/procedures.json", &count))
        return Array(UnsafeBufferPointer(start: start, count: count))
    }
}
