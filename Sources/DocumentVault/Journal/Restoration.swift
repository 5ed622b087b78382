// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// A head up to which the owner put a vault back, and the one that is given up by that (format §4 RestoredBody).
struct Restoration: Sendable, Hashable {
    let from: JournalHead
    let abandoned: JournalHead?
    let reason: String
    /// SHA-256 of the body, by which anchors name it.
    let digest: Digest32

    init(from: JournalHead, abandoned: JournalHead?, reason: String) throws(VaultError) {
        self.from = from
        self.abandoned = abandoned
        self.reason = reason
        digest = try Self.digest(from, abandoned, reason)
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        from = try JournalHead(reader.next(), object: object)
        reason = try reader.next(.utf8String).validText()
        abandoned = reader.isAtEnd ? nil : try JournalHead(reader.next(), object: object)
        try reader.end()
        digest = try Self.digest(from, abandoned, reason)
    }

    func write(to writer: inout DERWriter) { Self.write(from, abandoned, reason, to: &writer) }

    private static func write(
        _ from: JournalHead, _ abandoned: JournalHead?, _ reason: String, to writer: inout DERWriter
    ) {
        writer.sequence {
            from.write(to: &$0)
            $0.utf8String(reason)
            abandoned?.write(to: &$0)
        }
    }

    private static func digest(
        _ from: JournalHead, _ abandoned: JournalHead?, _ reason: String
    ) throws(VaultError) -> Digest32 {
        try Digest32(of: DERWriter.bytes { write(from, abandoned, reason, to: &$0) })
    }

    /// Whether an anchor that the journal does not have was given up with the owner's word: not one that was taken
    /// after it.
    func explains(_ anchor: Anchor) -> Bool {
        let head = anchor.head
        guard let abandoned, head.sequence > from.sequence, !anchor.restorations.contains(digest) else { return false }
        return head.sequence < abandoned.sequence || head == abandoned
    }
}
