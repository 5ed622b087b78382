// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The largest objects that a reader takes (format §1): held against what is read, and against what is made, so that nothing
/// is acknowledged that nobody can read afterwards.
enum ObjectLimit: Int, Sendable, CaseIterable {
    /// A journal entry.
    case entry = 1_048_576
    /// The sealed payload of an entry.
    case payload = 16_777_216
    /// A sealed page of a snapshot.
    case page = 33_554_432
    /// A key record.
    case keyRecord = 4096
    /// A slot.
    case slot = 65_536

    /// Octets.
    var octets: Int { rawValue }

    private var name: String {
        switch self {
        case .entry: "an entry"
        case .payload: "a payload"
        case .page: "a page"
        case .keyRecord: "a key record"
        case .slot: "a slot"
        }
    }

    /// Refuses what is too large to be read.
    ///
    /// - Throws: ``VaultError``: `damaged`.
    func check(reading count: Int, object: String) throws(VaultError) {
        guard count <= octets else { throw VaultError(.damaged, object: object, "\(name) of \(count) octets") }
    }

    /// Refuses to make what nobody would read; nothing of the vault is damaged then: it was asked to hold what it cannot.
    ///
    /// - Throws: ``VaultError``: `invalidMetadata`.
    func check(making count: Int) throws(VaultError) {
        guard count <= octets else {
            throw VaultError(.invalidMetadata, "\(name) of \(count) octets, at most \(octets)")
        }
    }
}
