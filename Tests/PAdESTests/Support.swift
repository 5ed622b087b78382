// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax

/// Data that others made, outside the package.
enum Corpora {
    static let root: String? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path =
            ProcessInfo.processInfo.environment["DOSSIER_CORPORA"]
            ?? package.deletingLastPathComponent().appendingPathComponent("shared/corpora").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    static let pyhanko = "pyhanko/internal/common-test-utils/src/pyhanko_testing_commons/test_data/data/pdf"

    static func pdfs(in folder: String) -> [String] {
        guard let root, let walk = FileManager.default.enumerator(atPath: root + "/" + folder) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.lowercased().hasSuffix(".pdf") }.sorted().map {
            root + "/" + folder + "/" + $0
        }
    }
}

/// An independent reader: exit code and output of `qpdf`, or `nil` where it is not installed.
func qpdf(_ arguments: [String]) throws -> (status: Int32, output: String)? {
    let places = ["/usr/bin/qpdf", "/usr/local/bin/qpdf", "/opt/homebrew/bin/qpdf"]
    guard let path = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
        print("skipped: qpdf is not installed")
        return nil
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

/// Runs `body` with the bytes in a temporary file.
func withTemporaryFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "pades-\(UUID().uuidString).pdf"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
