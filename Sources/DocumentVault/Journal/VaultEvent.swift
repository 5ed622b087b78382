// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

typealias VaultTime = Instant

/// What an entry does, from its payload (format §4).
enum VaultEvent: Sendable {
    case genesis(name: String, ownerKind: OwnerKind, sealedVaultKey: [UInt8])
    case epoch(EpochAnnouncement)
    case documentVersion(DocumentVersion)
    case documentStatus(DocumentID, DeclaredStatus, reason: String)
    case writerEnrolled(VaultWriter)
    case writerRemoved(WriterID)
    case rotating(EpochAnnouncement)
    case rotated(Int64)
    case sweeping([ContentID])
    case erased(Erasure)
    case legalHold(DocumentID, LegalHold?)
    case snapshot(SnapshotRoot)
    case depositAbsorbed(DepositID, Absorption)
    case grant(Grant)
    case grantRevoked(GrantID, reason: String)
    case accessLogCheckpoint(GrantLedger.LogAnchor)
    case restored(Restoration)

    /// What became of a deposit.
    enum Absorption: Sendable {
        case document(DocumentVersion)
        case quarantined(reason: String)
    }

    var kind: EntryKind {
        switch self {
        case .genesis: .genesis
        case .epoch: .epoch
        case .documentVersion: .documentVersion
        case .documentStatus: .documentStatus
        case .writerEnrolled: .writerEnrolled
        case .writerRemoved: .writerRemoved
        case .rotating: .rotating
        case .rotated: .rotated
        case .sweeping: .sweeping
        case .erased: .erased
        case .legalHold: .legalHold
        case .snapshot: .snapshot
        case .depositAbsorbed: .depositAbsorbed
        case .grant: .grant
        case .grantRevoked: .grantRevoked
        case .accessLogCheckpoint: .accessLogCheckpoint
        case .restored: .restored
        }
    }

    /// The version that the entry brings.
    var version: DocumentVersion? {
        switch self {
        case .documentVersion(let version), .depositAbsorbed(_, .document(let version)): version
        default: nil
        }
    }

    /// DER of the PayloadContent.
    func content(at time: VaultTime) -> [UInt8] {
        DERWriter.bytes { content in
            content.sequence {
                $0.integer(kind.rawValue)
                $0.integer(time.seconds)
                $0.integer(Int64(time.nanoseconds))
                write(to: &$0)
            }
        }
    }

    private func write(to writer: inout DERWriter) {
        switch self {
        case .genesis(let name, let ownerKind, let sealedVaultKey):
            writer.sequence {
                $0.utf8String(name)
                $0.integer(ownerKind.number, tag: .enumerated)
                $0.octetString(sealedVaultKey)
            }
        case .epoch(let announcement), .rotating(let announcement): announcement.write(to: &writer)
        case .documentVersion(let version): version.write(to: &writer)
        case .documentStatus(let document, let status, let reason):
            writer.sequence {
                $0.octetString(document.octets)
                $0.integer(status.number, tag: .enumerated)
                $0.utf8String(reason)
            }
        case .writerEnrolled(let enrolled): enrolled.write(to: &writer)
        case .writerRemoved(let removed): writer.sequence { $0.octetString(removed.octets) }
        case .rotated(let epoch): writer.sequence { $0.integer(epoch) }
        case .sweeping(let contents):
            writer.sequence {
                $0.sequence { list in
                    for content in contents.sorted() { list.octetString(content.octets) }
                }
            }
        case .erased(let erasure): erasure.write(to: &writer)
        case .legalHold(let document, let hold):
            writer.sequence {
                $0.octetString(document.octets)
                $0.integer(hold == nil ? 1 : 0, tag: .enumerated)
                $0.utf8String(hold?.ground ?? "")
                $0.utf8String(hold?.decidedBy ?? "")
            }
        case .snapshot(let root): root.write(to: &writer)
        case .depositAbsorbed(let deposit, let absorption):
            writer.sequence {
                $0.octetString(deposit.octets)
                switch absorption {
                case .document(let version): version.write(to: &$0)
                case .quarantined(let reason): $0.utf8String(reason)
                }
            }
        case .grant(let grant): writer.sequence { $0.octetString(grant.bytes) }
        case .grantRevoked(let grant, let reason):
            writer.sequence {
                $0.octetString(grant.octets)
                $0.utf8String(reason)
            }
        case .accessLogCheckpoint(let anchor): writer.sequence { anchor.write(to: &$0) }
        case .restored(let restoration): restoration.write(to: &writer)
        }
    }
}

extension JournalHead {
    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.integer(sequence)
            $0.octetString(hash.octets)
        }
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        let sequence = try reader.next().integer()
        guard sequence >= 0, let hash = Digest32(octets: try reader.next().octetString()) else {
            throw VaultError(.damaged, object: object, "a head")
        }
        try reader.end()
        self.init(sequence: sequence, hash: hash)
    }
}
