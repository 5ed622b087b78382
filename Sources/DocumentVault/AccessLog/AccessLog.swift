// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

/// The access logs that a release or unlock service keeps, one per vault: append-only trees of RFC 9162 (grant format §10).
///
/// Several processes may keep the same logs in one store; each change is a compare-and-append.
public struct AccessLog: Sendable {
    /// The key that signs checkpoints.
    public let verification: VaultVerificationKey
    let store: any AccessLogStore
    let key: DeviceKey
    let random: any RandomSource

    /// Failures of one kind are logged at once the first time, then counted for so many seconds: one hour.
    public static let failureWindow: Int64 = 3600
    private static let frontierKey = Array("frontier".utf8)
    private static let failuresKey = Array("failures".utf8)
    private static let pageSize = 512

    /// Keeps logs in a store.
    ///
    /// - Parameters:
    ///   - store: Where they lie.
    ///   - key: The service's keys; the signing one signs checkpoints.
    ///   - random: Gives the salts.
    public init(in store: any AccessLogStore, signedBy key: DeviceKey, random: any RandomSource = SystemRandom()) {
        self.store = store
        self.key = key
        self.random = random
        verification = key.signing.verificationKey
    }

    /// What one append is to do.
    struct Change {
        var entries: [AccessLogEntry] = []
        var records: [[UInt8]: [UInt8]] = [:]
    }

    /// Appends on whatever size the log has; `build` makes the change for a place and is called anew after somebody else
    /// was faster.
    func append<Result: Sendable>(
        to log: VaultID, _ build: (_ place: Int64) async throws -> (Change, Result)
    ) async throws -> Result {
        for _ in 0..<1000 {
            var frontier = try await frontier(of: log)
            let size = frontier.size
            var (change, result) = try await build(size)
            for (offset, entry) in change.entries.enumerated() {
                guard entry.place == size + Int64(offset) else {
                    throw VaultError(.damaged, object: "log entry \(entry.place)", "made for another place")
                }
                try frontier.append(entry.leafHash)
            }
            if change.entries.isEmpty, change.records.isEmpty { return result }
            if !change.entries.isEmpty { change.records[Self.frontierKey] = frontier.bytes }
            let batch = AccessLogAppend(
                expecting: size, entries: change.entries.map(\.bytes), records: change.records)
            if try await store.append(batch, to: log) { return result }
        }
        throw VaultError(.busy, object: "log \(log)", "others changed it all the time")
    }

    func frontier(of log: VaultID) async throws(VaultError) -> MerkleFrontier {
        // Read before the size: a change in between is found by the comparison at the append.
        if let bytes = try await store.record(Self.frontierKey, of: log) {
            return try MerkleFrontier(parsing: bytes, object: "log \(log)")
        }
        if try await store.size(of: log) == 0 { return MerkleFrontier() }
        // Somebody appended the first entry in between, and with it the edge; or it is missing indeed.
        guard let bytes = try await store.record(Self.frontierKey, of: log) else {
            throw VaultError(.damaged, object: "log \(log)", "the edge of its tree is missing")
        }
        return try MerkleFrontier(parsing: bytes, object: "log \(log)")
    }

    func entry(
        _ record: AccessRecord, at place: Int64, visibleFrom: Instant? = nil
    ) throws(VaultError) -> AccessLogEntry {
        try AccessLogEntry(record, at: place, visibleFrom: visibleFrom, random: random)
    }

    /// Logs an event, for example that a portal's session unlocked the vault; returns when it is durable.
    ///
    /// - Parameters:
    ///   - record: What happened.
    ///   - vault: The vault.
    ///   - visibleFrom: From when the citizen sees it; `nil`: at once.
    /// - Throws: ``VaultError``: errors of the store.
    @discardableResult
    public func write(
        _ record: AccessRecord, of vault: VaultID, visibleFrom: Instant? = nil
    ) async throws -> AccessLogEntry {
        try await append(to: vault) { place in
            let entry = try self.entry(record, at: place, visibleFrom: visibleFrom)
            return (Change(entries: [entry]), entry)
        }
    }

    /// Logs a failure: the first of its kind at once, those of the following hour as one count after it.
    ///
    /// At most 64 kinds are told apart at a time; the rest is counted together. A flood therefore costs bounded room.
    /// When several processes count at once, the count is the least that there were.
    ///
    /// - Throws: As ``write(_:of:visibleFrom:)``.
    public func writeFailure(_ record: AccessRecord, of vault: VaultID) async throws {
        try await append(to: vault) { place in
            var windows = try FailureWindows(try await self.store.record(Self.failuresKey, of: vault))
            let due = windows.take(record, at: record.time)
            return (try self.change(due, windows, place), ())
        }
    }

    /// Logs the counts of failures whose hour is over.
    ///
    /// - Throws: As ``write(_:of:visibleFrom:)``.
    public func settleFailures(of vault: VaultID, at time: Instant) async throws {
        try await append(to: vault) { place in
            guard let bytes = try await self.store.record(Self.failuresKey, of: vault) else { return (Change(), ()) }
            var windows = try FailureWindows(bytes)
            let due = windows.close(at: time)
            guard !due.isEmpty || windows.bytes != bytes else { return (Change(), ()) }
            return (try self.change(due, windows, place), ())
        }
    }

    private func change(
        _ due: [AccessRecord], _ windows: FailureWindows, _ place: Int64
    ) throws(VaultError) -> Change {
        var change = Change(records: [Self.failuresKey: windows.bytes])
        for (offset, record) in due.enumerated() { change.entries.append(try entry(record, at: place + Int64(offset))) }
        return change
    }

    /// The signed head of a vault's log.
    ///
    /// - Throws: ``VaultError``: errors of the store.
    public func checkpoint(of vault: VaultID, at time: Instant) async throws -> Checkpoint {
        try await settleFailures(of: vault, at: time)
        let frontier = try await frontier(of: vault)
        return try Checkpoint(
            of: vault, size: frontier.size, root: frontier.root(), at: time, signedBy: key.signing)
    }

    /// Entries of a vault's log as the citizen may see them: a record is left out before its time.
    ///
    /// - Parameters:
    ///   - vault: The vault.
    ///   - place: The first entry, from 0.
    ///   - limit: Most entries.
    ///   - time: Now.
    /// - Throws: ``VaultError``: `damaged` when the store gives back something else than was put, errors of the store.
    public func entries(
        of vault: VaultID, from place: Int64 = 0, limit: Int = 1000, at time: Instant
    ) async throws(VaultError) -> [AccessLogEntry] {
        var entries: [AccessLogEntry] = []
        for (offset, bytes) in try await store.entries(of: vault, from: place, limit: limit).enumerated() {
            let entry = try AccessLogEntry(parsing: bytes)
            guard entry.place == place + Int64(offset) else {
                throw VaultError(.damaged, object: "log entry \(place + Int64(offset))", "another stands in its place")
            }
            entries.append(entry.visibleFrom.map { $0 > time } ?? false ? entry.withheld : entry)
        }
        return entries
    }

    /// All entries, with a checkpoint of just as many: what a citizen's view is made of.
    ///
    /// - Throws: As ``entries(of:from:limit:at:)``.
    public func history(
        of vault: VaultID, at time: Instant
    ) async throws -> (checkpoint: Checkpoint, entries: [AccessLogEntry]) {
        let checkpoint = try await checkpoint(of: vault, at: time)
        var all: [AccessLogEntry] = []
        while Int64(all.count) < checkpoint.size {
            let wanted = Int(min(checkpoint.size - Int64(all.count), Int64(Self.pageSize)))
            let page = try await entries(of: vault, from: Int64(all.count), limit: wanted, at: time)
            guard !page.isEmpty else {
                throw VaultError(.damaged, object: "log \(vault)", "\(all.count) of \(checkpoint.size) entries")
            }
            all += page
        }
        return (checkpoint, all)
    }

    /// The proof that an entry is in the log of a size (RFC 9162 §2.1.3).
    ///
    /// - Throws: ``VaultError``: `notFound` for a place or size that there is not, errors of the store.
    public func inclusionProof(of place: Int64, in size: Int64, of vault: VaultID) async throws -> [Digest32] {
        let leaves = try await leafHashes(of: vault, count: size)
        return try MerkleTree.inclusionProof(of: Int(clamping: place), in: leaves)
    }

    /// The proof that the log of one size continues that of a smaller one (RFC 9162 §2.1.4).
    ///
    /// - Throws: As ``inclusionProof(of:in:of:)``.
    public func consistencyProof(from first: Int64, to second: Int64, of vault: VaultID) async throws -> [Digest32] {
        let leaves = try await leafHashes(of: vault, count: second)
        return try MerkleTree.consistencyProof(from: Int(clamping: first), in: leaves)
    }

    private func leafHashes(of vault: VaultID, count: Int64) async throws(VaultError) -> [Digest32] {
        var hashes: [Digest32] = []
        while Int64(hashes.count) < count {
            let wanted = Int(min(count - Int64(hashes.count), Int64(Self.pageSize)))
            let page = try await store.entries(of: vault, from: Int64(hashes.count), limit: wanted)
            guard !page.isEmpty else { break }
            for bytes in page { hashes.append(try AccessLogEntry(parsing: bytes).leafHash) }
        }
        guard Int64(hashes.count) == count else {
            throw VaultError(.notFound, object: "log \(vault)", "it has \(hashes.count) entries, not \(count)")
        }
        return hashes
    }
}
