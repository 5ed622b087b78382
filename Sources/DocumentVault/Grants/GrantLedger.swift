// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// The part of a vault's fold that tells of grants and of its access log (vault format §4 kinds 14–16, §10).
struct GrantLedger: Sendable, Hashable {
    /// The newest checkpoint that the journal holds, with the key of its log.
    struct LogAnchor: Sendable, Hashable {
        let key: VaultVerificationKey
        let checkpoint: Checkpoint
    }

    private(set) var grants: [GrantID: GrantRecord] = [:]
    private(set) var log: LogAnchor?

    /// Most grants of a vault, ended ones included.
    static let most = 4096

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
            // A service with another key keeps another log.
            if let log, log.key == anchor.key {
                let (old, new) = (log.checkpoint, anchor.checkpoint)
                guard new.size > old.size || new.size == old.size && new.root == old.root else {
                    throw damaged("a checkpoint that does not continue the one before")
                }
            }
            log = anchor
        default: break
        }
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
    }

    /// Writes `[0]` and `[1]`, each only when there is something: a vault without grants has the pages it always had.
    func write(to writer: inout DERWriter) {
        if !grants.isEmpty {
            writer.constructed(.context(0)) { list in
                for grant in grants.values.sorted(by: { $0.id < $1.id }) { grant.write(to: &list) }
            }
        }
        if let log { writer.constructed(.context(1)) { log.write(to: &$0) } }
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
