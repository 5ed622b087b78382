// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// One test infrastructure for all tests of a run, and a folder for each test.
struct Bench {
    /// What all tests share: made once, removed when the process ends.
    static let shared: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "dossier-tests-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: Bench.shared) }
        let files = ["passphrase": "test\n", "wrong-passphrase": "tset\n", "vault-passphrase": "mật khẩu của kho\n"]
        for (name, text) in files { try? Data(text.utf8).write(to: folder.appending(path: name)) }
        for (name, options) in [("pki", []), ("other-pki", []), ("old-pki", ["--at", "2019-01-01T00:00:00Z"])] {
            _ = try? DossierTool.run(["testpki", "init", folder.appending(path: name).path()] + options)
        }
        return folder
    }()

    static func shared(_ path: String) -> String { shared.appending(path: path).path() }

    /// `--trust` and `--material` for an infrastructure.
    static func trust(_ pki: String = "pki") -> [String] {
        [
            "--trust", "public=\(shared("\(pki)/trust/public"))", "--trust",
            "public-duty=\(shared("\(pki)/trust/public-duty"))", "--material", shared("\(pki)/material"),
        ]
    }

    /// `--key` and its passphrase for a subscriber.
    static func key(_ subscriber: String, of pki: String = "pki") -> [String] {
        ["--key", shared("\(pki)/\(subscriber).p12"), "--passphrase-file", shared("passphrase")]
    }

    /// Sample files of `testvectors`.
    static func sample(_ path: String) -> String { DossierTool.root.appending(path: "testvectors/\(path)").path() }

    /// All sample PDFs in order of their names.
    static let samplePDFs: [String] = {
        let folder = DossierTool.root.appending(path: "testvectors/pdfs").path()
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".pdf") }
            .sorted().map { folder + "/" + $0 }
    }()

    /// The folder of one test.
    let folder: URL

    init() throws {
        folder = Self.shared.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Path of a file of the test.
    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return path(name)
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// Every name in the folder.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []).sorted() }

    /// Signs a file into the folder and returns the path of the result.
    func sign(
        _ file: String, by subscriber: String = "citizen", as name: String, _ options: [String] = []
    ) throws -> String {
        let arguments = ["sign"] + Self.trust() + Self.key(subscriber) + options
        let outcome = try DossierTool.run(arguments + ["--output", path(name), file])
        guard outcome.status == 0 else { throw Unexpected(outcome) }
        return path(name)
    }

    func verify(_ files: String..., pki: String = "pki", options: [String] = []) throws -> DossierTool.Outcome {
        try DossierTool.run(["verify", "--json"] + Self.trust(pki) + options + files)
    }

    struct Unexpected: Error, CustomStringConvertible {
        let description: String
        init(_ outcome: DossierTool.Outcome) { description = "\(outcome.status): \(outcome.errors)" }
    }
}

extension [UInt8] {
    /// Offset of the first, or last, occurrence of a text.
    func offset(of text: String, last: Bool = false) -> Int? {
        let range = Data(self).range(of: Data(text.utf8), options: last ? .backwards : [])
        return range?.lowerBound
    }

    /// The bytes with one bit turned over.
    func flipped(at offset: Int, mask: UInt8 = 1) -> [UInt8] {
        var copy = self
        copy[offset] ^= mask
        return copy
    }
}
