// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The system did not take what was to be written into a file.
public struct FileWritingError: Error, Hashable, CustomStringConvertible {
    /// The `errno` of the call.
    public let code: Int32

    /// - Parameter code: The `errno` of the call.
    public init(code: Int32) { self.code = code }

    public var description: String { "the file cannot be written: system error \(code)" }
}
