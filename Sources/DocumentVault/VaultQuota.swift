// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What one vault may hold. The vault itself holds to it, whatever the store would take.
public struct VaultQuota: Sendable, Hashable {
    /// Largest document in octets; `nil` is no limit.
    public var document: Int64?
    /// Padded octets of all versions of all documents; `nil` is no limit.
    public var total: Int64?
    /// Number of documents; `nil` is no limit.
    public var documents: Int64?

    /// Makes a quota.
    public init(document: Int64? = nil, total: Int64? = nil, documents: Int64? = nil) {
        self.document = document
        self.total = total
        self.documents = documents
    }

    /// No limits.
    public static let unlimited = VaultQuota()

    func check(_ core: StateCore, adding versions: [DocumentVersion]) throws(VaultError) {
        try check(
            core, largest: versions.map(\.size).max() ?? 0, octets: versions.reduce(0) { $0 &+ $1.paddedSize },
            documents: Int64(versions.count { $0.previous == nil }))
    }

    /// - Parameters:
    ///   - largest: Octets of the largest document that is added.
    ///   - more: Padded octets that are added.
    ///   - added: Documents that are new.
    func check(
        _ core: StateCore, largest: Int64, octets more: Int64, documents added: Int64
    ) throws(VaultError) {
        let octets = core.octets &+ more
        if let document, largest > document {
            throw VaultError(.overQuota, "a document of \(largest) octets, at most \(document) are allowed")
        }
        if let total, octets > total {
            throw VaultError(.overQuota, "\(octets) octets with padding, at most \(total) are allowed")
        }
        if let documents, core.documents + added > documents {
            throw VaultError(.overQuota, "\(core.documents + added) documents, at most \(documents) are allowed")
        }
    }
}
