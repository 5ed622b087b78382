// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DocumentVault

extension StoreAttack {
    private static func changing(
        _ name: String, entry sequence: Int64, _ expected: Set<VaultError.Code> = [.damaged],
        _ change: @escaping @Sendable (StoredEntry) -> StoredEntry?
    ) -> StoreAttack {
        StoreAttack(name, expected) { _, lies in
            lies.entry = { $0.sequence == sequence ? change($0) : $0 }
        }
    }

    /// The number of octets before the version of an entry's body: two SEQUENCE headers, INTEGER and its length.
    private static func withVersion(_ entry: StoredEntry, _ version: UInt8) -> StoredEntry {
        var entry = entry
        if let place = entry.entry.firstRange(of: [2, 1, 1]) { entry.entry[place.lowerBound + 2] = version }
        return entry
    }

    /// Attacks on entries and payloads.
    static let journal: [StoreAttack] = [
        changing("a bit of an entry is flipped", entry: 3) { entry in
            var entry = entry
            entry.entry[entry.entry.count / 2] ^= 4
            return entry
        },
        changing("a signature is changed", entry: 3) { entry in
            var entry = entry
            entry.entry[entry.entry.count - 1] ^= 1
            return entry
        },
        changing("what a document is called, by whom and when issued is changed", entry: 2) { entry in
            var entry = entry
            entry.payload?[200] ^= 1
            return entry
        },
        changing("a payload is dropped though nothing was erased", entry: 3) { entry in
            var entry = entry
            entry.payload = nil
            return entry
        },
        changing("a document is hidden from the middle", entry: 3) { _ in nil },
        changing("a newer version of the format is claimed", entry: 3, [.newerVersion, .damaged]) {
            withVersion($0, 2)
        },
        changing("a version of the format that there never was is claimed", entry: 3) { withVersion($0, 0) },
        StoreAttack("two entries are exchanged") { _, lies in
            lies.entry = { entry in
                var entry = entry
                if entry.sequence == 2 { entry.sequence = 3 } else if entry.sequence == 3 { entry.sequence = 2 }
                return entry
            }
        },
        StoreAttack("an entry is given under another operation") { _, lies in
            lies.entry = { entry in
                var entry = entry
                if entry.sequence == 4 { entry.operation = OperationID(random: CountingRandom(1)) }
                return entry
            }
        },
        StoreAttack("the head has another hash") { _, lies in
            lies.head = { head in
                guard let head, let other = Digest32(octets: head.hash.octets.reversed()) else { return head }
                return JournalHead(sequence: head.sequence, hash: other)
            }
        },
        StoreAttack("the head is beyond the last entry") { _, lies in
            lies.head = { head in head.map { JournalHead(sequence: $0.sequence + 1, hash: $0.hash) } }
        },
        StoreAttack("a huge length is declared") { _, lies in
            lies.entry = { entry in
                var entry = entry
                if entry.sequence == 2 { entry.entry = [0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] }
                return entry
            }
        },
        StoreAttack("the genesis of another owner stands in its place") { _, lies in
            lies.entry = { entry in
                var entry = entry
                // Another owner's key changes the hash, and with it the vault's name.
                if entry.sequence == 0 { entry.entry[entry.entry.count - 120] ^= 1 }
                return entry
            }
        },
    ]
}
