// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// Where a sealed page of a snapshot lies and what is in it (format §10).
struct PageReference: Sendable, Hashable {
    let content: ContentID
    let epoch: Int64
    /// SHA-256 of the page's plaintext.
    let digest: Digest32

    init(content: ContentID, epoch: Int64, digest: Digest32) {
        self.content = content
        self.epoch = epoch
        self.digest = digest
    }

    init(_ element: DERElement, object: String) throws {
        var reader = try element.reader(.sequence)
        let content = ContentID(octets: try reader.next().octetString())
        epoch = try reader.next().integer()
        let digest = Digest32(octets: try reader.next().octetString())
        try reader.end()
        guard let content, let digest, (1...Payload.mostEpochs).contains(epoch) else {
            throw VaultError(.damaged, object: object, "a page reference")
        }
        self.content = content
        self.digest = digest
    }

    func write(to writer: inout DERWriter) {
        writer.sequence {
            $0.octetString(content.octets)
            $0.integer(epoch)
            $0.octetString(digest.octets)
        }
    }

    static func list(_ element: DERElement, object: String) throws -> [PageReference] {
        try element.elements().map { try PageReference($0, object: object) }
    }

    static func write(_ list: [PageReference], to writer: inout DERWriter) {
        writer.sequence { pages in
            for page in list { page.write(to: &pages) }
        }
    }
}
