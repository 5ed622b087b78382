// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// Runs the built `dossier` tool as a user would.
struct CommandLine {
    /// What a run left behind.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        /// The output as JSON.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        }
    }
}
