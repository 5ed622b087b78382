// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// Works on many items side by side and hands the results over in the items' order.
///
/// At most as many items are in work as there are cores, and at most four times as many results wait for an earlier one,
/// so that a list of a million files takes no more memory than a short one.
public enum OrderedWork {
    /// Number of processor cores that are switched on.
    public static var cores: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// Works on items.
    ///
    /// - Parameters:
    ///   - items: What is to be done.
    ///   - width: Most items in work at once; at least 1.
    ///   - work: Done for each item, on any thread.
    ///   - deliver: Called for each result in the order of the items, never at the same time as itself.
    /// - Throws: What `work` or `deliver` throws first; the rest is cancelled.
    public static func run<Item: Sendable, Result: Sendable>(
        _ items: [Item], width: Int = cores, work: @escaping @Sendable (Item) async throws -> Result,
        deliver: (Int, Result) async throws -> Void
    ) async throws {
        let width = max(1, min(width, items.count))
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var started = 0
            var delivered = 0
            var waiting: [Int: Result] = [:]
            while delivered < items.count {
                // One slow item must not let the results of all later ones pile up.
                while started < items.count, started - delivered - waiting.count < width,
                    started - delivered < width * 4
                {
                    let (index, item) = (started, items[started])
                    group.addTask { (index, try await work(item)) }
                    started += 1
                }
                guard let (index, result) = try await group.next() else { break }
                waiting[index] = result
                while let ready = waiting.removeValue(forKey: delivered) {
                    try await deliver(delivered, ready)
                    delivered += 1
                }
            }
        }
    }
}
