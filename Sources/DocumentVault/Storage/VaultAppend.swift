// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One atomic change of a vault in its store.
public struct VaultAppend: Sendable {
    /// The head that the vault must have; `nil` for a vault that must not exist.
    public var expecting: JournalHead?
    /// The entries, consecutive and at least one; the first has the number after the expected head, or 0.
    public var entries: [StoredEntry]
    /// The head afterwards.
    public var head: JournalHead
    /// When not `nil`, all slots of the vault from now on, by id.
    public var slots: [SlotID: [UInt8]]?
    /// Key records to add or replace, by version.
    public var keyRecords: [VersionID: [UInt8]]
    /// Small sealed contents, by id.
    public var contents: [ContentID: [UInt8]]
    /// What goes away for good with this change; what does not exist is no error.
    public var dropping: Dropping
    /// Whether its entries name contents that another call put and did not live to say so: a deposit that is taken in, an
    /// import or a copy that is taken up. Readers saw them; the engine makes sure that they outlive a power cut as well
    /// before it commits.
    public var takesUpContents: Bool

    /// Objects that a change takes away.
    public struct Dropping: Sendable, Hashable {
        /// Numbers of earlier entries whose payloads go.
        public var payloads: [Int64]
        /// Versions whose key records go.
        public var keyRecords: [VersionID]
        /// Contents that go. An engine that keeps large ones elsewhere deletes those right after the change.
        public var contents: [ContentID]
        /// Whether all of it only makes way for newer objects that say the same and more, as the pages of a snapshot do
        /// that the next one replaces: an engine may then leave it for a while where it keeps what it overwrites, in a
        /// log for one. Else nothing of it is anywhere in the engine's own files when the change is acknowledged, nor
        /// anything that was left there before.
        public var mayLinger: Bool

        /// Nothing, or what is given.
        public init(
            payloads: [Int64] = [], keyRecords: [VersionID] = [], contents: [ContentID] = [], mayLinger: Bool = false
        ) {
            self.payloads = payloads
            self.keyRecords = keyRecords
            self.contents = contents
            self.mayLinger = mayLinger
        }

        /// Whether nothing goes.
        public var isEmpty: Bool { payloads.isEmpty && keyRecords.isEmpty && contents.isEmpty }
    }

    /// Makes a change.
    public init(
        expecting: JournalHead?, entries: [StoredEntry], head: JournalHead, slots: [SlotID: [UInt8]]? = nil,
        keyRecords: [VersionID: [UInt8]] = [:], contents: [ContentID: [UInt8]] = [:], dropping: Dropping = Dropping(),
        takesUpContents: Bool = false
    ) {
        self.expecting = expecting
        self.entries = entries
        self.head = head
        self.slots = slots
        self.keyRecords = keyRecords
        self.contents = contents
        self.dropping = dropping
        self.takesUpContents = takesUpContents
    }
}
