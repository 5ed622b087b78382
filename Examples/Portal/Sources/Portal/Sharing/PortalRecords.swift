// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit

/// What the portal and the agency remember beside the vaults: small values by kind and name, the same for every server of
/// one demonstration.
///
/// Each is the record of a log of its own in an `AccessLogStore`, because that has the one thing that is needed: a change
/// that is made only if nobody else made another. None of them is a citizen's access log, and their names tell nothing to
/// who does not know what they are names of.
struct PortalRecords: Sendable {
    enum Kind: String {
        /// The vault of a person.
        case account
        /// The newest head of a vault.
        case anchor
        /// The dossiers of the agency: their codes in order.
        case desk
        case dossier
        /// The last number of a day's dossiers.
        case number
    }

    private static let key: [UInt8] = [0]
    private let store: any AccessLogStore
    private let world: VaultID

    init(in store: any AccessLogStore, of world: VaultID) { (self.store, self.world) = (store, world) }

    func value(_ kind: Kind, _ name: String) async throws -> [UInt8]? {
        try await store.record(Self.key, of: log(kind, name))
    }

    /// Changes a value; whoever was faster is looked at again.
    ///
    /// - Parameter next: The new value for what there is; `nil` leaves it.
    /// - Returns: Whether it was changed.
    @discardableResult
    func change(
        _ kind: Kind, _ name: String, _ next: ([UInt8]?) throws -> [UInt8]?
    ) async throws -> Bool {
        let log = try log(kind, name)
        while true {
            try Task.checkCancellation()
            // The size first: whoever changes the value after this look changes it.
            let size = try await store.size(of: log)
            guard let value = try next(await store.record(Self.key, of: log)) else { return false }
            // The entry tells this change from another one when an answer was lost.
            let change = AccessLogAppend(
                expecting: size, entries: [SystemRandom().bytes(16)], records: [Self.key: value])
            if try await store.append(change, to: log) { return true }
        }
    }

    private func log(_ kind: Kind, _ name: String) throws -> VaultID {
        let digest = try Digest32(of: Array("portal \(kind.rawValue) \(world) \(name)".utf8))
        guard let log = VaultID(octets: digest.octets) else { throw PortalError.notFound }
        return log
    }
}
