// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// The part of a vault's fold that tells of grants and of its access log (vault format §4 kinds 14–16, §10).
struct GrantLedger: Sendable, Hashable {
    /// A checkpoint that the journal holds, with the key of its log.
    struct LogAnchor: Sendable, Hashable {
        let key: VaultVerificationKey
        let checkpoint: Checkpoint

        /// Whether its log can have grown out of the one that an earlier checkpoint of the same key tells of.
        func continues(_ old: LogAnchor) -> Bool {
            let (old, new) = (old.checkpoint, checkpoint)
            return new.size > old.size || new.size == old.size && new.root == old.root
        }
    }

    private(set) var grants: [GrantID: GrantRecord] = [:]
    /// The checkpoint that the journal took last.
    private(set) var log: LogAnchor?
    /// The newest ones of the logs of other keys: each service keeps a log of its own, and with a new key begins another.
    private(set) var others: [VaultVerificationKey: LogAnchor] = [:]

    /// Most grants of a vault, ended ones included.
    static let most = 4096
    /// Most logs of which the newest checkpoint is kept.
    static let mostLogs = 256

    var isEmpty: Bool { grants.isEmpty && log == nil }

    /// Takes in what an entry says of grants; other events change nothing.
    ///
    /// - Parameter key: The key that signed the entry.
    mutating func apply(
        _ event: VaultEvent, in sequence: Int64, at time: Instant, signedBy key: VaultVerificationKey?, vault: VaultID
    ) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "entry \(sequence)", detail) }
        switch event {
        case .grant(let grant):
            guard grant.vault == vault, grants[grant.id] == nil, grants.count < Self.most else {
                throw damaged("a grant of another vault, one that there is already, or one too many")
            }
            guard grant.signer == key else { throw damaged("a grant that its writer did not sign") }
            grants[grant.id] = GrantRecord(grant, in: sequence)
        case .grantRevoked(let grant, _):
            guard let record = grants[grant], record.revokedAt == nil else {
                throw damaged("the end of no grant, or of one that was revoked before")
            }
            grants[grant]?.revokedAt = Instant(seconds: time.seconds)
        case .accessLogCheckpoint(let anchor):
            guard anchor.checkpoint.log == vault, anchor.checkpoint.isSigned(by: anchor.key) else {
                throw damaged("a checkpoint of another vault, or one that its log did not sign")
            }
            if let log, log.key == anchor.key, !anchor.continues(log) {
                throw damaged("a checkpoint that does not continue the one before")
            }
            take(anchor)
        default: break
        }
    }

    // Programs that kept one checkpoint for all logs took an older one of a log behind one of another log. A vault opens all
    // the same; but what was known of the log stays.
    private mutating func take(_ anchor: LogAnchor) {
        guard anchor.key != log?.key else {
            log = anchor
            return
        }
        if let known = others[anchor.key] {
            guard anchor.continues(known) else { return }
        } else {
            guard hasRoom else { return }
        }
        if let log { others[log.key] = log }
        others[anchor.key] = nil
        log = anchor
    }

    /// Whether one more log can have its newest checkpoint kept.
    var hasRoom: Bool { others.count + (log == nil ? 0 : 1) < Self.mostLogs }

    /// The newest checkpoint of one key's log.
    func newest(of key: VaultVerificationKey) -> LogAnchor? { log?.key == key ? log : others[key] }

    /// Whether this is what the journal says, or as much of it as programs wrote into a snapshot that kept one checkpoint.
    func isPart(of journal: GrantLedger) -> Bool {
        grants == journal.grants && log == journal.log && others.allSatisfy { journal.others[$0.key] == $0.value }
    }

    init() {}

    /// Reads what ``write(to:)`` wrote, where there is any.
    init(_ reader: inout DERReader, object: String) throws {
        if let list = try reader.optional(.context(0)) {
            for element in try list.elements() {
                let grant = try GrantRecord(element, object: object)
                grants[grant.id] = grant
            }
        }
        if let element = try reader.optional(.context(1)) {
            var inner = try element.reader()
            log = try LogAnchor(&inner)
        }
        guard let list = try reader.optional(.context(2)) else { return }
        for element in try list.elements() {
            var inner = try element.reader(.sequence)
            let anchor = try LogAnchor(&inner)
            guard anchor.key != log?.key, others.updateValue(anchor, forKey: anchor.key) == nil else {
                throw VaultError(.damaged, object: object, "two checkpoints of one log")
            }
        }
    }

    /// Writes `[0]`, `[1]` and `[2]`, each only when there is something: a vault without grants, or with one log, has the pages
    /// it always had.
    func write(to writer: inout DERWriter) {
        if !grants.isEmpty {
            writer.constructed(.context(0)) { list in
                for grant in grants.values.sorted(by: { $0.id < $1.id }) { grant.write(to: &list) }
            }
        }
        if let log { writer.constructed(.context(1)) { log.write(to: &$0) } }
        guard !others.isEmpty else { return }
        writer.constructed(.context(2)) { list in
            for other in others.values.sorted(by: { $0.key.octets.lexicographicallyPrecedes($1.key.octets) }) {
                list.sequence { other.write(to: &$0) }
            }
        }
    }
}

extension GrantLedger.LogAnchor {
    init(_ reader: inout DERReader) throws {
        key = try VaultVerificationKey(reader.next().octetString())
        checkpoint = try Checkpoint(parsing: reader.next().octetString())
        try reader.end()
    }

    func write(to writer: inout DERWriter) {
        writer.octetString(key.octets)
        writer.octetString(checkpoint.bytes)
    }
}
