// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// Where tests find data and the peer.
enum TestData {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A vector file that this project made or took over, decoded.
    static func vectors<Vector: Decodable>(_ name: String, as type: Vector.Type = Vector.self) throws -> [Vector] {
        let url = root.appending(path: "testvectors/primitives/\(name).json")
        return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
    }

    /// The folder of third-party data, or `nil` when it is absent.
    static var corpora: URL? {
        let folder =
            ProcessInfo.processInfo.environment["DOSSIER_CORPORA"].map { URL(filePath: $0) }
            ?? root.deletingLastPathComponent().appending(path: "shared/corpora")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
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
