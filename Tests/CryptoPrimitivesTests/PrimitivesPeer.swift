// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport

/// PyPI cryptography through testvectors/primitives/peer.py.
enum PrimitivesPeer {
    /// The peer's answers, `nil` where it refuses; `nil` altogether when there is no peer.
    static func answers(to requests: [[String: any Sendable]]) throws -> [[UInt8]?]? {
        let input = try JSONSerialization.data(withJSONObject: requests)
        guard
            let outcome = try PythonPeer.run(
                "testvectors/primitives/peer.py", input: input, cases: "\(requests.count) messages of the primitives")
        else { return nil }
        guard outcome.status == 0 else { throw PeerFailure(errors: outcome.errors) }
        return try JSONDecoder().decode([String?].self, from: outcome.output).map {
            $0.flatMap { Hexadecimal.decode($0) }
        }
    }

    struct PeerFailure: Error { let errors: String }
}
