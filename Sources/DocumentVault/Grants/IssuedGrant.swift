// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A grant as it leaves the vault: for each side what it needs, and for neither what would be enough alone.
public struct IssuedGrant: Sendable, Hashable {
    /// The grant.
    public let grant: Grant
    /// For the recipient; travels with the dossier.
    public let package: GrantPackage
    /// For the release service; `nil` for an unattended grant.
    public let escrow: GrantEscrow?
}
