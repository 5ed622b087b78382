// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport

/// One file of C2SP/wycheproof, testvectors_v1.
struct WycheproofFile<Group: Decodable>: Decodable {
    let numberOfTests: Int
    let testGroups: [Group]

    /// The file's content, or `nil` (and a line that says so) when the corpus is absent.
    static func load(_ name: String) throws -> Self? {
        guard let url = Corpora.path("wycheproof/testvectors_v1/\(name).json", cases: "wycheproof \(name)") else {
            return nil
        }
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}

enum WycheproofResult: String, Decodable { case valid, invalid, acceptable }
