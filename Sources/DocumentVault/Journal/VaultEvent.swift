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

    private var kind: Int64 {
        switch self {
        case .genesis: 1
        case .epoch: 2
        case .documentVersion: 3
        case .documentStatus: 4
        }
    }

    /// DER of the PayloadContent.
    func content(at time: VaultTime) -> [UInt8] {
        DERWriter.bytes { content in
            content.sequence {
                $0.integer(kind)
                $0.integer(time.seconds)
                $0.integer(Int64(time.nanoseconds))
                switch self {
                case .genesis(let name, let ownerKind, let sealedVaultKey):
                    $0.sequence {
                        $0.utf8String(name)
                        $0.integer(ownerKind.number, tag: .enumerated)
                        $0.octetString(sealedVaultKey)
                    }
                case .epoch(let announcement): announcement.write(to: &$0)
                case .documentVersion(let version): version.write(to: &$0)
                case .documentStatus(let document, let status, let reason):
                    $0.sequence {
                        $0.octetString(document.octets)
                        $0.integer(status.number, tag: .enumerated)
                        $0.utf8String(reason)
                    }
                }
            }
        }
    }

    static func parse(
        _ element: DERElement, object: String
    ) throws(VaultError) -> (event: VaultEvent, time: VaultTime) {
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
            return (try event(of: kind, body, time, object), time)
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.damaged, object: object, "payload: \(error)")
        }
    }

    /// The years 1 to 9999.
    static let times: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    private static func event(
        of kind: Int64, _ body: DERElement, _ time: VaultTime, _ object: String
    ) throws -> VaultEvent {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        var reader = try body.reader()
        switch kind {
        case 1:
            let name = try reader.next(.utf8String).validText()
            guard let ownerKind = OwnerKind(number: try reader.next().integer(.enumerated)) else {
                throw damaged("unknown kind of owner")
            }
            let sealed = try reader.next().octetString()
            try reader.end()
            return .genesis(name: name, ownerKind: ownerKind, sealedVaultKey: sealed)
        case 2: return .epoch(try EpochAnnouncement(&reader, object: object))
        case 3: return .documentVersion(try DocumentVersion(&reader, storedAt: time, object: object))
        case 4:
            guard let document = DocumentID(octets: try reader.next().octetString()),
                let status = DeclaredStatus(number: try reader.next().integer(.enumerated))
            else { throw damaged("a status of the wrong form") }
            let reason = try reader.next(.utf8String).validText()
            try reader.end()
            return .documentStatus(document, status, reason: reason)
        default: throw VaultError(.newerVersion, object: object, "entries of kind \(kind) are not known")
        }
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
