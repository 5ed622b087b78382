// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Testing

@Suite struct `The rules find what breaks them` {
    private func file(_ text: String, in module: String = "PKIX") -> SourceFile {
        SourceFile(path: "Sources/\(module)/Sample.swift", text: text)
    }

    @Test(arguments: [
        "import Foundation", "public import SoftwareKeys", "internal import CDossierOpenSSL",
        "import struct AdES.Signer",
        "@testable import SignatureValidation", "    import GRDB", "@preconcurrency public import TestPKI",
    ])
    func `an import that the map does not allow`(_ line: String) {
        #expect(Rules.imports(file(line)).count == 1)
        #expect(Rules.imports(file("import DERSyntax\npublic import DossierCore\nimport FoundationEssentials")).isEmpty)
    }

    @Test func `a module that the map does not have`() {
        #expect(Rules.imports(file("", in: "Helpers")).count == 1)
        #expect(Rules.imports(file("", in: "PKIX")).isEmpty)
    }

    @Test func `OpenSSL outside its two modules, and the way it is allowed`() {
        for (module, count) in [
            ("SignatureValidation", 1), ("DocumentVault", 1), ("CryptoPrimitives", 0), ("SoftwareKeys", 0),
        ] {
            #expect(Rules.imports(file("internal import CDossierOpenSSL", in: module)).count == count)
        }
        #expect(Rules.imports(file("import GRDB", in: "VaultSQLite")).isEmpty)
    }

    @Test(arguments: [
        "let time = Date()", "let time = Date.now", "let time: Instant = .now", "let id = UUID()",
        "var generator = SystemRandomNumberGenerator()", "let n = Int.random(in: 0..<3)", "let a = list.shuffled()",
        "let x = list.randomElement()", "randombytes_buf(p, 3)", "RAND_bytes(p, 3)", "let c = ContinuousClock()",
        "struct SystemRandom {}", "let text = \"\\(Date())\"",
    ])
    func `clock and randomness below the top`(_ line: String) {
        #expect(Rules.purity(file(line)).count == 1)
        #expect(Rules.purity(file(line, in: "DossierKit")).isEmpty)
        #expect(Rules.purity(file("// \(line)")).isEmpty)
    }

    @Test(arguments: [
        "let date = CalendarDate()", "let n = Int.random(in: 0..<3, using: &generator)",
        "let text = \"Date() and .now\"",
        "let nowhere = value.known",
    ])
    func `what only looks like them is no fault`(_ line: String) { #expect(Rules.purity(file(line)).isEmpty) }

    @Test func `the C library's randomness belongs to CryptoPrimitives`() {
        #expect(Rules.purity(file("randombytes_buf(p, 3)", in: "CryptoPrimitives")).isEmpty)
        #expect(Rules.purity(file("public struct SystemRandom: RandomSource {", in: "CryptoPrimitives")).isEmpty)
    }

    @Test(arguments: [
        "let a = try! f()", "let a = b as! C", "fatalError()", "let a = b!", "let a = b!.c", "let a = f()!",
        "let a = l[0]!",
        "let a: Int! = nil", "let a = try b ?? .c(d: e())", "let a = try b ?? C.d(e(f))",
    ])
    func `what forces`(_ line: String) { #expect(Rules.traps(file(line)).count == 1) }

    @Test(arguments: [
        "if a != b {}", "let a = !b", "guard !x, !(y) else { return }", "let t = \"stop!\"", "// try! in a comment",
        "let a = try? f()", "a!=b", "let a = try b() ?? .c(d)", "let a = b ?? .c(d: e())", "let a = try b ?? c(d())",
    ])
    func `what does not force`(_ line: String) { #expect(Rules.traps(file(line)).isEmpty) }

    @Test func `header and size`() {
        let header = "// SPDX-License-Identifier: Apache-2.0\n// Part of DossierKit.\n"
        #expect(Rules.header(file(header + "\n")).isEmpty)
        #expect(Rules.header(file("// Part of DossierKit.\n\n")).count == 1)
        #expect(Rules.header(file("")).count == 1)
        #expect(Rules.size(file(String(repeating: "a\n", count: 400))).isEmpty)
        #expect(Rules.size(file(String(repeating: "a\n", count: 401))).count == 1)
    }

    @Test(arguments: [
        "public struct A {", "public func f() {}", "    public let a = 1", "public private(set) var a = 1",
        "@frozen public enum A {", "public static func f() {}", "public convenience init(a: Int) {",
        "public typealias A = B",
        "public subscript(a: Int) -> Int {", "nonisolated public func f() {}", "public static let a = 1",
        "package func f() {}\npublic func g() {}", "public enum A {}",
    ])
    func `a public declaration without a doc comment`(_ text: String) {
        #expect(Documentation.faults(file(text), requirements: []).count == 1)
        let last = text.split(separator: "\n").last.map(String.init) ?? ""
        #expect(Documentation.faults(file("/// What it is.\n" + last), requirements: []).isEmpty)
        #expect(Documentation.faults(file("/// What it is.\n@safe\n// Why.\n" + last), requirements: []).isEmpty)
    }

    @Test func `cases and requirements are public without saying so`() {
        let bare = "/// A.\npublic enum A {\n    case b\n    /// C.\n    case c\n}"
        #expect(Documentation.faults(file(bare), requirements: []).count == 1)
        #expect(Documentation.faults(file("enum A {\n    case b\n}"), requirements: []).isEmpty)
        let requirement = "/// A.\npublic protocol A {\n    func b()\n    /// C.\n    var c: Int { get }\n}"
        #expect(Documentation.faults(file(requirement), requirements: []).count == 1)
        #expect(Documentation.requirements(in: [file(requirement)]) == ["b", "c"])
    }

    @Test func `witnesses are documented where they are required`() {
        for line in [
            "public var description: String { a }", "public func hash(into hasher: inout Hasher) {}",
            "public static func == (left: Self, right: Self) -> Bool { true }",
            "public init(from decoder: any Decoder) throws {",
            "public static func < (left: Self, right: Self) -> Bool { true }",
            "public func encode(to encoder: any Encoder) throws {",
        ] {
            #expect(Documentation.faults(file(line), requirements: []).isEmpty, "\(line)")
        }
        #expect(Documentation.faults(file("public let certificate: C"), requirements: ["certificate"]).isEmpty)
        #expect(Documentation.faults(file("public let certificate: C"), requirements: []).count == 1)
    }

    @Test func `a path of one machine`() {
        let path = "/" + "home" + "/somebody/file"
        #expect(Rules.machinePaths("a", ["see \(path)"]).count == 1)
        #expect(Rules.machinePaths("a", ["https://example.org\(path)", "a relative/home/file"]).isEmpty)
    }
}
