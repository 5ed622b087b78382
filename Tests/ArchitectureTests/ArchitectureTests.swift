// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing

@Suite struct `The rules that hold for every file` {
    private let sources: [SourceFile]
    private let all: [SourceFile]

    init() throws {
        sources = try SourceFile.all(in: ["Sources"])
        all = try SourceFile.all(in: ["Sources", "Tests", "Examples", "Benchmarks"])
    }

    private func none(_ faults: [String], _ files: Int) {
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
        #expect(files > 50)
    }

    @Test func `each module imports only what the map allows`() {
        none(sources.flatMap(Rules.imports), sources.count)
    }

    @Test func `no pure layer reaches the clock or the system's randomness`() {
        none(sources.flatMap(Rules.purity), sources.count)
    }

    @Test func `every file has the two header lines`() { none(all.flatMap(Rules.header), all.count) }

    @Test func `no file is longer than 400 lines`() { none(all.flatMap(Rules.size), all.count) }

    @Test func `nothing in Sources forces, and nothing ends the process by design`() {
        none(sources.flatMap(Rules.traps), sources.count)
    }

    @Test func `every public declaration has a doc comment`() {
        let requirements = Documentation.requirements(in: sources)
        none(sources.flatMap { Documentation.faults($0, requirements: requirements) }, sources.count)
    }

    @Test func `no file names a path of one machine`() throws {
        let endings: Set<String> = ["swift", "md", "json", "py", "sh", "h", "c", "modulemap", "txt"]
        var paths = SourceFile.paths(
            in: ["Sources", "Tests", "Examples", "Benchmarks", "docs", "testvectors"], endings: endings)
        paths += ["Package.swift", "Makefile", "CONTRIBUTING.md"]
        let faults = try paths.flatMap { path in
            let text = try String(contentsOf: Corpora.packageRoot.appending(path: path), encoding: .utf8)
            return Rules.machinePaths(
                path, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
        none(faults, paths.count)
    }

    @Test func `DossierCore stays small`() {
        let files = sources.filter { $0.module == "DossierCore" }
        print("DossierCore: \(files.count) files of at most 10")
        #expect((1...10).contains(files.count))
    }

    @Test func `every folder of Sources stands in the map, and each C library has one importer`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Corpora.packageRoot.appending(path: "Sources").path())
        for folder in folders where !ModuleMap.isC(folder) {
            #expect(ModuleMap.allowed[folder] != nil, "the map has no module \(folder)")
        }
        let libraries = Set(ModuleMap.allowed.values.joined().filter(ModuleMap.isC))
        for library in libraries where library != "CDossierData" {
            let importers = ModuleMap.allowed.filter { $0.value.contains(library) }.map(\.key).sorted()
            #expect(
                importers.count == 1
                    || (library == "CDossierOpenSSL" && importers == ["CryptoPrimitives", "SoftwareKeys"])
                    || (library == "CDossierCURL" && importers == ["TrustServices", "VaultObjectStore"])
                    || (library == "CDossierZlib" && importers == ["PDFSyntax", "ZIPSyntax"]))
        }
        // Only who has data files, or stands above all, reads them.
        for (module, allowed) in ModuleMap.allowed where allowed.contains("CDossierData") && folders.contains(module) {
            let data = Corpora.packageRoot.appending(path: "Sources/\(module)/Data").path()
            #expect(FileManager.default.fileExists(atPath: data) || ModuleMap.top.contains(module), "\(module)")
        }
    }

    @Test func `every exception is still one`() {
        for (path, modules) in ModuleMap.exceptions {
            let imported = sources.first { $0.path == path }.map { Set($0.code.compactMap(Rules.imported)) }
            #expect(imported?.isSuperset(of: modules) ?? true, "\(path) no longer imports \(modules)")
        }
    }

    @Test func `the map has no cycle`() {
        var open = ModuleMap.allowed.mapValues { $0.filter { ModuleMap.allowed[$0] != nil } }
        while let leaf = open.first(where: { $0.value.isEmpty })?.key {
            open[leaf] = nil
            open = open.mapValues { $0.subtracting([leaf]) }
        }
        #expect(open.isEmpty, "\(open.keys.sorted())")
    }
}
