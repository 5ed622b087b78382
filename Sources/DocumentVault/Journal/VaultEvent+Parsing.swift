// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

extension VaultEvent {
    static func parse(
        _ element: DERElement, object: String
    ) throws(VaultError) -> (event: VaultEvent, time: VaultTime, body: DERElement) {
        do {
            var reader = try element.reader(.sequence)
            let kind = try reader.next().integer()
            let seconds = try reader.next().integer()
            let nanoseconds = try reader.next().integer()
            guard times.contains(seconds), (0...999_999_999).contains(nanoseconds) else {
                throw VaultError(.damaged, object: object, "a time outside the years 1 to 9999")
            }
            let time = Instant(seconds: seconds, nanoseconds: Int32(nanoseconds))
            let body = try reader.next(.sequence)
            try reader.end()
            guard let known = EntryKind(rawValue: kind) else {
                throw VaultError(.newerVersion, object: object, "entries of kind \(kind) are not known")
            }
            return (try event(of: known, body, time, object), time, body)
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.damaged, object: object, "payload: \(error)")
        }
    }

    /// The years 1 to 9999.
    static let times: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Refuses a time that no reader would take, before anything is made with it.
    static func check(_ time: VaultTime?) throws(VaultError) {
        guard time.map({ times.contains($0.seconds) }) ?? true else {
            throw VaultError(.invalidMetadata, "a time outside the years 1 to 9999")
        }
    }

    private static func event(
        of kind: EntryKind, _ body: DERElement, _ time: VaultTime, _ object: String
    ) throws -> VaultEvent {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        var reader = try body.reader()
        let event: VaultEvent
        switch kind {
        case .genesis:
            let name = try reader.next(.utf8String).validText()
            guard let ownerKind = OwnerKind(number: try reader.next().integer(.enumerated)) else {
                throw damaged("unknown kind of owner")
            }
            event = .genesis(name: name, ownerKind: ownerKind, sealedVaultKey: try reader.next().octetString())
        case .epoch: return .epoch(try EpochAnnouncement(&reader, object: object))
        case .rotating: return .rotating(try EpochAnnouncement(&reader, object: object))
        case .documentVersion: return .documentVersion(try DocumentVersion(&reader, storedAt: time, object: object))
        case .documentStatus:
            guard let document = DocumentID(octets: try reader.next().octetString()),
                let status = DeclaredStatus(number: try reader.next().integer(.enumerated))
            else { throw damaged("a status of the wrong form") }
            event = .documentStatus(document, status, reason: try reader.next(.utf8String).validText())
        case .writerEnrolled: return .writerEnrolled(try VaultWriter(&reader, object: object))
        case .writerRemoved:
            guard let writer = WriterID(octets: try reader.next().octetString()) else { throw damaged("a writer's id") }
            event = .writerRemoved(writer)
        case .rotated: event = .rotated(try reader.next().integer())
        case .sweeping:
            var contents: [ContentID] = []
            for element in try reader.next(.sequence).elements() {
                guard let content = ContentID(octets: try element.octetString()),
                    contents.last.map({ $0 < content }) ?? true
                else { throw damaged("content ids that are not in ascending order") }
                contents.append(content)
            }
            event = .sweeping(contents)
        case .erased: return .erased(try Erasure(&reader, object: object))
        case .legalHold:
            guard let document = DocumentID(octets: try reader.next().octetString()) else { throw damaged("a hold") }
            let lifted = try reader.next().integer(.enumerated)
            let ground = try reader.next(.utf8String).validText()
            let decidedBy = try reader.next(.utf8String).validText()
            guard lifted == 0 || lifted == 1 else { throw damaged("a hold") }
            let hold = LegalHold(ground: ground, decidedBy: decidedBy, placedAt: time)
            event = .legalHold(document, lifted == 0 ? hold : nil)
        case .snapshot: return .snapshot(try SnapshotRoot(&reader, object: object))
        case .depositAbsorbed:
            guard let deposit = DepositID(octets: try reader.next().octetString()) else { throw damaged("a deposit") }
            guard let element = try reader.optional(.sequence) else {
                let reason = try reader.next(.utf8String).validText()
                event = .depositAbsorbed(deposit, .quarantined(reason: reason))
                break
            }
            var inner = try element.reader()
            event = .depositAbsorbed(
                deposit, .document(try DocumentVersion(&inner, storedAt: time, object: object)))
        case .restored:
            return .restored(try Restoration(body, object: object))
        case .grant: event = .grant(try Grant(parsing: reader.next().octetString()))
        case .grantRevoked:
            let grant = try reader.id(GrantID.self, object: object)
            event = .grantRevoked(grant, reason: try reader.text(1024, object: object))
        case .accessLogCheckpoint: return .accessLogCheckpoint(try GrantLedger.LogAnchor(&reader))
        }
        try reader.end()
        return event
    }
}

extension DERElement {
    /// The text of a UTF8String.
    func validText() throws(DERSyntaxError) -> String {
        try expect(.utf8String)
        guard let text else {
            throw DERSyntaxError(.invalidValue, at: content.lowerBound, clause: "RFC 3629", "octets that are no UTF-8")
        }
        return text
    }
}
