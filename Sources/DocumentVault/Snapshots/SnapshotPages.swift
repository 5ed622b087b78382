// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// New pages of a snapshot that is being made.
struct SnapshotPages {
    let vault: VaultID
    let secret: EpochSecret
    let random: any RandomSource
    private(set) var sealed: [ContentID: [UInt8]] = [:]

    init(vault: VaultID, secret: EpochSecret, random: any RandomSource) {
        self.vault = vault
        self.secret = secret
        self.random = random
    }

    /// The plaintext of a page with its padding.
    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let padded = Padding.paddedSize(of: Int64(bytes.count), least: Padding.leastDocument)
        return bytes + [UInt8](repeating: 0, count: Int(padded) - bytes.count)
    }

    mutating func seal(_ bytes: [UInt8]) throws(VaultError) -> PageReference {
        let plaintext = Self.padded(bytes)
        let content = ContentID(random: random)
        let page = try VaultSeal.seal(
            plaintext.span, key: secret.octets, .page, SnapshotReader.fields(vault, content, secret.number),
            random: random)
        try ObjectLimit.page.check(making: page.count)
        sealed[content] = page
        return PageReference(content: content, epoch: secret.number, digest: try Digest32(of: plaintext))
    }

    /// The plaintext of a page of hashes.
    static func bytes(hashes: some Sequence<Digest32>) -> [UInt8] {
        DERWriter.bytes { $0.octetString(hashes.flatMap(\.octets)) }
    }
}
