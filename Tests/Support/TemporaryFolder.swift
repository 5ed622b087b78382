// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import Foundation

/// A folder that is removed with its last reference.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes an empty folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "dossier-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ bytes: [UInt8], as name: String) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }

    /// Writes a text file and returns its path.
    @discardableResult
    public func write(_ text: String, as name: String) throws -> String { try write(Array(text.utf8), as: name) }

    /// The path of a name in the folder.
    public func path(_ name: String) -> String { url.appending(path: name).path() }

    /// The bytes of a file in the folder.
    public func read(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: url.appending(path: name))) }
}
