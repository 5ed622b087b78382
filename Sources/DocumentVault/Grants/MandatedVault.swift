// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A vault as somebody who acts for its owner may see it: the documents that the mandate's scope names, until the mandate
/// ends, and nothing of the others, not even that they are there.
///
/// A portal that opened a vault with a delegate's keys hands its pages this and lets none of them near the vault itself.
/// That is what bounds the delegate at that portal. It is no cryptographic bound: a delegate's slot opens the whole vault, and
/// whoever has its keys and other software can read what the slot opens. Where that must not be, no slot is given and the
/// documents are granted one by one.
public struct MandatedVault: Sendable {
    /// The owner's leave.
    public let mandate: Mandate
    private let vault: Vault

    /// Bounds a vault by a mandate.
    ///
    /// - Parameters:
    ///   - vault: The vault, opened with the delegate's keys.
    ///   - mandate: The owner's leave for these keys.
    ///   - time: Now.
    /// - Throws: ``VaultError``: `notPermitted` when the mandate is for other keys or not in force, `damaged` when the owner
    ///   did not sign it, errors of the store.
    public init(_ vault: Vault, under mandate: Mandate, at time: Instant) async throws(VaultError) {
        guard let known = try await vault.mandated(by: mandate, at: time) else {
            throw VaultError(.notPermitted, object: "vault \(vault.id)", "the owner's own secret opened it")
        }
        self.mandate = try Mandate(parsing: known.bytes, card: try await vault.card())
        self.vault = vault
    }

    /// The documents in scope, in the order in which they were first stored.
    ///
    /// - Throws: ``VaultError``: `notPermitted` before and after the mandate's period; as ``Vault/list()``.
    public func list(at time: Instant) async throws(VaultError) -> [DocumentRecord] {
        try check(time)
        return try await vault.list().filter(isInScope)
    }

    /// One document.
    ///
    /// - Throws: ``VaultError``: `notPermitted` before and after the mandate's period, `notFound` for one that there is not
    ///   or that is outside the scope: which of both is not told.
    public func document(_ document: DocumentID, at time: Instant) async throws(VaultError) -> DocumentRecord {
        try check(time)
        if let record = try await vault.list().first(where: { $0.id == document }), isInScope(record) { return record }
        throw VaultError(.notFound, object: "document \(document)", "the vault does not have it")
    }

    /// The content of a version, read as it is asked for; `nil` is the newest version.
    ///
    /// - Throws: As ``document(_:at:)`` and ``Vault/read(_:version:)``.
    public func read(
        _ document: DocumentID, version: VersionID? = nil, at time: Instant
    ) async throws(VaultError) -> DocumentContent {
        let record = try await self.document(document, at: time)
        // A version that was of another type before it was corrected is not in scope for what it is now.
        if let version, let earlier = record.version(version), !isInScope(earlier.metadata.type) {
            throw VaultError(.notFound, object: "document \(document)", "it does not have that version")
        }
        return try await vault.read(document, version: version)
    }

    /// Grants under the mandate; see ``Vault/grant(_:under:to:release:mandate:at:)``.
    public func grant(
        _ items: [Vault.GrantRequest], under terms: GrantTerms, to recipient: ValidatedCard, release: GrantRelease,
        at time: Instant
    ) async throws(VaultError) -> IssuedGrant {
        try await vault.grant(items, under: terms, to: recipient, release: release, mandate: mandate, at: time)
    }

    private func check(_ time: Instant) throws(VaultError) {
        guard mandate.isInForce(at: time) else {
            throw VaultError(.notPermitted, object: "vault \(vault.id)", "the mandate is not in force")
        }
    }

    private func isInScope(_ record: DocumentRecord) -> Bool { isInScope(record.current.metadata.type) }

    private func isInScope(_ type: String) -> Bool {
        mandate.scope.documentTypes.isEmpty || mandate.scope.documentTypes.contains(type)
    }
}
