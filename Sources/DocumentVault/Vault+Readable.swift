// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension Vault {
    /// The newest version of a document that can be read, and what is wrong with the newest of all when it is an older one.
    ///
    /// A correction whose content never came, or does not hold any more, hides the versions before it: these lie whole in the
    /// store. Each is read to its end here, so that it is known to hold.
    ///
    /// - Returns: The content; `fault` is `nil` when it is that of the newest version.
    /// - Throws: ``VaultError``: `notFound`, what is wrong with the newest version when none can be read, errors of the store.
    public func newestReadable(
        _ document: DocumentID
    ) async throws -> (content: DocumentContent, fault: VaultError?) {
        let record = try await self.document(document)
        let found = try await readable(record)
        guard let content = found.content else {
            throw found.fault ?? VaultError(.notFound, object: "document \(document)", "it was erased")
        }
        return (content, found.fault)
    }

    /// The newest version that can be read to its end, and what is wrong with the newest of all; both are `nil` for a document
    /// that was erased meanwhile.
    func readable(_ record: DocumentRecord) async throws -> (content: DocumentContent?, fault: VaultError?) {
        var first: VaultError?
        for version in record.versions.reversed() {
            do {
                let content = try await content(of: version)
                try await content.forEachPiece { _ in }
                return (content, first)
            } catch let error as VaultError where [.damaged, .notFound, .storeFailure].contains(error.code) {
                try? await refresh()
                guard state.catalogue?.erased[record.id] == nil else { return (nil, nil) }
                first = first ?? error
            }
        }
        return (nil, first)
    }
}
