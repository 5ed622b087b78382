// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A document with all its versions, as the journal tells it.
public struct DocumentRecord: Sendable, Hashable {
    /// The document.
    public let id: DocumentID
    /// All versions, the oldest first; never empty.
    public internal(set) var versions: [DocumentVersion]
    /// The newest version.
    public internal(set) var current: DocumentVersion
    /// What the last status entry says.
    public internal(set) var declaredStatus: DeclaredStatus = .active
    /// The documents in use that took its place.
    public internal(set) var supersededBy: [DocumentID] = []
    /// The duty that forbids to erase it, if there is one.
    public internal(set) var hold: LegalHold?
    /// The entries that brought the versions.
    var versionEntries: [Int64]
    /// The other entries whose payloads speak of it and go with it, ascending.
    var otherEntries: [Int64] = []
    /// All of them, ascending.
    var entries: [Int64] { (versionEntries + otherEntries).sorted() }

    init(_ first: DocumentVersion, in sequence: Int64) {
        id = first.document
        versions = [first]
        current = first
        versionEntries = [sequence]
    }

    /// What has become of the document, without judging its dates.
    public var status: DocumentStatus {
        switch declaredStatus {
        case .revoked: .revoked
        case .withdrawn: .withdrawn
        case .active: supersededBy.isEmpty ? .active : .superseded
        }
    }

    /// What has become of the document on a day; an active one is expired after its last day of validity.
    public func status(on day: CalendarDate) -> DocumentStatus {
        guard status == .active, let last = current.metadata.validUntil, last < day else { return status }
        return .expired
    }

    /// A version by its id.
    public func version(_ id: VersionID) -> DocumentVersion? { versions.first { $0.id == id } }
}
