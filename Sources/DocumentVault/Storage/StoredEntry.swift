// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A journal entry as a store keeps it: opaque octets with what the store needs to find them.
public struct StoredEntry: Sendable, Hashable {
    /// Number of the entry, from 0.
    public var sequence: Int64
    /// The operation that the entry carries out.
    public var operation: OperationID
    /// DER of the entry.
    public var entry: [UInt8]
    /// DER of the payload; `nil` when it was dropped.
    public var payload: [UInt8]?

    /// Makes an entry.
    public init(sequence: Int64, operation: OperationID, entry: [UInt8], payload: [UInt8]?) {
        self.sequence = sequence
        self.operation = operation
        self.entry = entry
        self.payload = payload
    }
}
