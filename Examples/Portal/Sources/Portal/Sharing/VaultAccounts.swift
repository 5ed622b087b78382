// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Which vault belongs to whom, and the newest head of each: kept by the portal, outside the vaults' store, so that a store
/// which shows an older vault is found out.
struct VaultAccounts: Sendable {
    let records: PortalRecords

    func vault(of subject: String) async throws -> VaultID? {
        try await records.value(.account, subject).flatMap { VaultID(octets: $0) }
    }

    /// Gives a person a vault.
    ///
    /// - Returns: `false` when there is one already; nothing has changed then.
    func open(_ vault: VaultID, for subject: String) async throws -> Bool {
        try await records.change(.account, subject) { $0 == nil ? vault.octets : nil }
    }

    func anchor(of vault: VaultID) async throws -> Anchor? {
        try await records.value(.anchor, "\(vault)").flatMap(Self.anchor)
    }

    /// Keeps a newer head; an older one never takes its place.
    func keep(_ anchor: Anchor?) async throws {
        guard let anchor else { return }
        try await records.change(.anchor, "\(anchor.vault)") { known in
            if let known = known.flatMap(Self.anchor), !anchor.supersedes(known) { return nil }
            return Array("\(anchor)".utf8)
        }
    }

    private static func anchor(_ octets: [UInt8]) -> Anchor? { Anchor(String(decoding: octets, as: UTF8.self)) }
}
