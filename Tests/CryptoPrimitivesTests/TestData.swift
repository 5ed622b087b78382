// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport

/// Where the tests of the primitives find their vectors.
enum TestData {
    /// A vector file that this project made or took over, decoded.
    static func vectors<Vector: Decodable>(_ name: String, as type: Vector.Type = Vector.self) throws -> [Vector] {
        let url = Corpora.packageRoot.appending(path: "testvectors/primitives/\(name).json")
        return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
    }

    /// Octet i is the low octet of i + (i >> 8); the rule of testvectors/primitives/make.py.
    static func plaintext(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 + ($0 >> 8)) } }
}

/// Octets that are written in hexadecimal.
struct Hex: Decodable {
    let octets: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let octets = Hexadecimal.decode(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        self.octets = octets
    }
}
