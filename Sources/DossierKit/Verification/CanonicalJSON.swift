// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// JSON as this library writes it: members sorted, slashes not escaped, indented, a line feed at the end.
public enum CanonicalJSON {
    /// The bytes of a value; the same on every machine.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [10]
    }

    /// The bytes of a value on a single line, with its line feed: one of many in a stream (JSON Lines).
    public static func line(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [10]
    }
}
