// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Asks for the passphrase once more: for what an open session alone must not be enough.
struct OwnerProof {
    let site: PortalSite

    /// Holds the passphrase of a form against the vault itself; nothing of it is kept in the session.
    func check(_ form: Form, _ visit: Visit) async throws {
        guard let id = try await site.world.accounts.vault(of: try visit.identity().subject) else {
            throw PortalError.locked
        }
        let passphrase = form["passphrase"] ?? ""
        _ = try await site.gate.run {
            try await Vault.open(id, in: site.world.store, unlocking: .passphrase(passphrase))
        }
    }

    /// The field that the form has for it.
    static func field(_ t: Words) -> HTML {
        Parts.field(
            "passphrase", t("Mật khẩu của kho, một lần nữa", "The vault's passphrase, once more"),
            type: "password",
            isRequired: true, autocomplete: "current-password")
    }
}
