// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// Somebody besides the owner who may sign journal entries, as the owner enrolled them (format §4 WriterBody).
public struct VaultWriter: Sendable, Hashable {
    /// In what capacity somebody writes; shown, never a ground for a decision.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// A device of the owner.
        case device
        /// A session of a portal.
        case session
        /// Another person or organisation.
        case delegate
        /// A program.
        case service

        var number: Int64 {
            switch self {
            case .device: 0
            case .session: 1
            case .delegate: 2
            case .service: 3
            }
        }

        init?(number: Int64) {
            guard let role = Self.allCases.first(where: { $0.number == number }) else { return nil }
            self = role
        }
    }

    /// The name under which the writer's entries stand.
    public let id: WriterID
    /// The key that signs them.
    public let key: VaultVerificationKey
    /// In what capacity.
    public let role: Role
    /// The kinds of entries that count.
    public let kinds: Set<EntryKind>
    /// The owner's name for the writer.
    public let label: String
    /// Entries that claim a later time do not count; `nil` when there is no end. Times are claims of the writer.
    public let until: Instant?

    init(id: WriterID, key: VaultVerificationKey, role: Role, kinds: Set<EntryKind>, label: String, until: Instant?) {
        self.id = id
        self.key = key
        self.role = role
        self.kinds = kinds
        self.label = label
        self.until = until
    }

    init(_ reader: inout DERReader, object: String) throws {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        guard let id = WriterID(octets: try reader.next().octetString()), id != .owner else {
            throw damaged("a writer's id")
        }
        key = try VaultVerificationKey(reader.next().octetString())
        guard let role = Role(number: try reader.next().integer(.enumerated)) else { throw damaged("a writer's role") }
        var kinds: [EntryKind] = []
        for element in try reader.next(.sequence).elements() {
            guard let kind = EntryKind(rawValue: try element.integer()), EntryKind.enrollable.contains(kind),
                kinds.last.map({ $0 < kind }) ?? true
            else { throw damaged("a writer's kinds") }
            kinds.append(kind)
        }
        label = try reader.next(.utf8String).validText()
        if let element = try reader.optional(.contextPrimitive(0)) {
            let seconds = try element.integer(.contextPrimitive(0))
            guard VaultEvent.times.contains(seconds) else { throw damaged("a writer's end") }
            until = Instant(seconds: seconds)
        } else {
            until = nil
        }
        try reader.end()
        self.id = id
        self.role = role
        self.kinds = Set(kinds)
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(id.octets)
            $0.octetString(key.octets)
            $0.integer(role.number, tag: .enumerated)
            $0.sequence { list in
                for kind in kinds.sorted() { list.integer(kind.rawValue) }
            }
            $0.utf8String(label)
            if let until { $0.integer(until.seconds, tag: .contextPrimitive(0)) }
        }
    }
}
