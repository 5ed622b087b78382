// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// JSON with sorted members, as the reports are written.
enum SortedJSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
