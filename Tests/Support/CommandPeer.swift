// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// An independent reader: exit code and output of `qpdf`, or `nil` after printing that it is not installed.
public func qpdf(_ arguments: [String]) throws -> (status: Int32, output: String)? {
    let places = ["/usr/bin/qpdf", "/usr/local/bin/qpdf", "/opt/homebrew/bin/qpdf"]
    guard let path = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
        print("skipped: qpdf is not installed")
        return nil
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
