// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// A head up to which the owner put a vault back, and the one that is given up by that (format §4 RestoredBody).
struct Restoration: Sendable, Hashable {
    let from: JournalHead
    let abandoned: JournalHead?
    let reason: String

    init(from: JournalHead, abandoned: JournalHead?, reason: String) {
        self.from = from
        self.abandoned = abandoned
        self.reason = reason
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        from = try JournalHead(reader.next(), object: object)
        reason = try reader.next(.utf8String).validText()
        abandoned = reader.isAtEnd ? nil : try JournalHead(reader.next(), object: object)
        try reader.end()
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            from.write(to: &$0)
            $0.utf8String(reason)
            abandoned?.write(to: &$0)
        }
    }

    /// Whether a head that the journal does not have was given up with the owner's word.
    func explains(_ head: JournalHead) -> Bool {
        guard let abandoned, head.sequence > from.sequence else { return false }
        return head.sequence < abandoned.sequence || head == abandoned
    }
}
