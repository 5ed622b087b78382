// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore

/// A vault's access log as its citizen reads it, checked whole against a signed checkpoint.
///
/// What this shows: nothing was taken out of the log, changed or put in since the checkpoint that the vault's journal
/// holds, and nothing is withheld beyond its time. What it cannot show without a witness: that others are shown the same
/// log (``standing``); and never that somebody who holds both shares of a grant read nothing besides.
public struct AccessHistory: Sendable, Hashable {
    /// One line for the citizen: who, what, when, why, under which consent.
    public struct Line: Sendable, Hashable {
        /// Place in the log, from 0.
        public let place: Int64
        /// What happened; `nil` when it is withheld, or was destroyed.
        public let record: AccessRecord?
        /// When a withheld record will be shown.
        public let visibleFrom: Instant?
        /// The grant under which it happened, as the vault's journal tells it.
        public let consent: GrantRecord?
    }

    /// The checkpoint.
    public let checkpoint: Checkpoint
    /// All entries, the first one first.
    public let entries: [AccessLogEntry]
    /// Whether a witness vouches for the checkpoint.
    public let standing: WitnessStanding

    /// Checks a log.
    ///
    /// - Parameters:
    ///   - entries: All entries up to the checkpoint.
    ///   - checkpoint: The signed head.
    ///   - log: The key of the log, from the validated card of the service.
    ///   - anchored: The checkpoint of this log that the vault's journal holds; ``Vault/accessLogAnchor(of:)``.
    ///   - cosignatures: What witnesses said of the checkpoint.
    ///   - witnesses: The keys of witnesses that the caller trusts.
    ///   - time: Now.
    /// - Throws: ``VaultError``: `damaged` when signature, entries or root do not fit together or a record is withheld after
    ///   its time, `rolledBack` when the log is shorter than the anchored one, `forked` when it does not continue it.
    public init(
        _ entries: [AccessLogEntry], _ checkpoint: Checkpoint, signedBy log: VaultVerificationKey,
        since anchored: Checkpoint?, cosignatures: [Cosignature] = [],
        trusting witnesses: Set<VaultVerificationKey> = [], at time: Instant
    ) throws(VaultError) {
        let object = "log \(checkpoint.log)"
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard checkpoint.isSigned(by: log) else { throw damaged("the log's key did not sign the checkpoint") }
        guard Int64(entries.count) == checkpoint.size else {
            throw damaged("\(entries.count) entries, the checkpoint says \(checkpoint.size)")
        }
        if let anchored {
            guard anchored.log == checkpoint.log else {
                throw VaultError(.forked, object: object, "the journal holds the checkpoint of another vault's log")
            }
            guard anchored.size <= checkpoint.size else {
                throw VaultError(
                    .rolledBack, object: object, "\(checkpoint.size) entries, the journal knows of \(anchored.size)")
            }
        }
        var frontier = MerkleFrontier()
        var anchoredRoot: Digest32?
        for (place, entry) in entries.enumerated() {
            if anchored?.size == frontier.size { anchoredRoot = try frontier.root() }
            guard entry.place == Int64(place) else { throw damaged("an entry out of place") }
            try frontier.append(entry.leafHash)
            if entry.record == nil, let until = entry.visibleFrom, until <= time {
                throw damaged("entry \(place) is withheld after the time that it names")
            }
        }
        if anchored?.size == frontier.size { anchoredRoot = try frontier.root() }
        guard try frontier.root() == checkpoint.root else {
            throw damaged("an entry was changed, taken out or put in: the tree has another root")
        }
        if let anchored, anchoredRoot != anchored.root {
            throw VaultError(.forked, object: object, "it does not continue the log that the journal knows")
        }
        self.checkpoint = checkpoint
        self.entries = entries
        standing = WitnessStanding(of: checkpoint, cosignatures, trusting: witnesses)
    }

    /// The lines for the citizen, the newest first.
    ///
    /// - Parameter grants: The vault's grants, ``Vault/grants()``.
    public func lines(with grants: [GrantRecord]) -> [Line] {
        let known = Dictionary(grants.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        return entries.reversed().map { entry in
            Line(
                place: entry.place, record: entry.record, visibleFrom: entry.visibleFrom,
                consent: entry.record?.grant.flatMap { known[$0] })
        }
    }

    /// Checks that the log has what a receipt says.
    ///
    /// - Throws: ``VaultError``: `damaged` for a receipt that the log's key did not sign, `rolledBack` when the log ends
    ///   before it, `forked` when another entry stands in the place: then the receipt convicts the service.
    public func check(_ receipt: GrantReceipt, signedBy log: VaultVerificationKey) throws(VaultError) {
        let object = "log entry \(receipt.place)"
        guard receipt.isSigned(by: log), receipt.vault == checkpoint.log else {
            throw VaultError(.damaged, object: "receipt", "not of the service that keeps this log")
        }
        guard receipt.place < checkpoint.size else {
            throw VaultError(.rolledBack, object: object, "the log ends before the entry that the receipt names")
        }
        guard entries[Int(receipt.place)].leafHash == receipt.leafHash else {
            throw VaultError(.forked, object: object, "another entry stands where the receipt says")
        }
    }
}
