// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch

/// Where streams are read that may block: never on the cooperative pool.
enum StreamQueue {
    private static let queue = DispatchQueue(label: "dossierkit.vault.postgresql.streams", attributes: .concurrent)

    static func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
