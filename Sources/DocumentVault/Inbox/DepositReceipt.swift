// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What a depositor keeps and puts into the dossier: with it the citizen sees whether the store dropped a deposit.
public struct DepositReceipt: Sendable, Hashable, Codable {
    /// The vault, in hexadecimal.
    public let vault: String
    /// The deposit, in hexadecimal.
    public let deposit: String
    /// SHA-256 of the document, in hexadecimal.
    public let sha256: String
    /// Octets of the document.
    public let size: Int64
    /// When it was deposited: the depositor's claim.
    public let depositedAt: Instant
}

/// What became of a deposit, as the vault sees it.
public enum DepositStatus: Sendable, Hashable {
    /// It is a document of the vault now.
    case absorbed(DocumentID)
    /// It was a document of the vault and was erased.
    case erased
    /// It waits in the inbox.
    case waiting
    /// It was put aside, with the reason.
    case quarantined(String)
    /// The store does not have it although a receipt says that it was given.
    case missing
}
