// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Which vault belongs to whom, and the newest head of each: kept by the portal, outside the vaults' store, so that a store
/// which shows an older vault is found out.
///
/// In memory, for one server; or as records of an `AccessLogStore`, for several that share one: a log of the portal's own
/// for each person and each vault, none of which is a citizen's access log.
actor VaultAccounts {
    private let shelf: (any AccessLogStore)?
    /// The world that the accounts are of: persons are invented anew at each start.
    private let world: VaultID?
    private var vaults: [String: VaultID] = [:]
    private var anchors: [VaultID: Anchor] = [:]

    /// Accounts in memory.
    init() { (shelf, world) = (nil, nil) }

    /// Accounts that several servers share.
    init(in shelf: any AccessLogStore, of world: VaultID) { (self.shelf, self.world) = (shelf, world) }

    func vault(of subject: String) async throws -> VaultID? {
        guard let shelf else { return vaults[subject] }
        return try await shelf.record([0], of: log("account", subject)).flatMap { VaultID(octets: $0) }
    }

    /// Gives a person a vault.
    ///
    /// - Returns: `false` when another server was faster; nothing has changed then.
    func open(_ vault: VaultID, for subject: String) async throws -> Bool {
        guard let shelf else {
            guard vaults[subject] == nil else { return false }
            vaults[subject] = vault
            return true
        }
        let change = AccessLogAppend(expecting: 0, entries: [vault.octets], records: [[0]: vault.octets])
        return try await shelf.append(change, to: log("account", subject))
    }

    func anchor(of vault: VaultID) async throws -> Anchor? {
        guard let shelf else { return anchors[vault] }
        return try await shelf.record([0], of: log("anchor", "\(vault)"))
            .flatMap { Anchor(String(decoding: $0, as: UTF8.self)) }
    }

    /// Keeps a newer head; an older one never takes its place.
    func keep(_ anchor: Anchor?) async throws {
        guard let anchor else { return }
        guard let shelf else {
            if let known = anchors[anchor.vault], known.head.sequence >= anchor.head.sequence { return }
            anchors[anchor.vault] = anchor
            return
        }
        let log = try log("anchor", "\(anchor.vault)")
        let text = Array("\(anchor)".utf8)
        while true {
            // The size first: whoever keeps another head after this look changes it.
            let size = try await shelf.size(of: log)
            if let known = try await self.anchor(of: anchor.vault), known.head.sequence >= anchor.head.sequence {
                return
            }
            let change = AccessLogAppend(expecting: size, entries: [text], records: [[0]: text])
            if try await shelf.append(change, to: log) { return }
        }
    }

    private func log(_ kind: String, _ name: String) throws -> VaultID {
        let digest = try Digest32(of: Array("portal \(kind) \(world.map(\.description) ?? "") \(name)".utf8))
        guard let log = VaultID(octets: digest.octets) else { throw PortalError.notFound }
        return log
    }
}
