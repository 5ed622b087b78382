// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Synchronization

extension StoreAttack {
    private static let chunk = 16_400
    private static let header = 56

    private static func changingLarge(
        _ name: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]?
    ) -> StoreAttack {
        StoreAttack(name) { _, lies in
            lies.content = { _, bytes in AttackScene.isLarge(bytes) ? change(bytes) : bytes }
        }
    }

    /// Attacks on sealed contents and key records.
    static let contents: [StoreAttack] = [
        changingLarge("a bit of a content is flipped") { bytes in
            var bytes = bytes
            bytes[bytes.count / 2] ^= 1
            return bytes
        },
        changingLarge("the commitment of a content is changed") { bytes in
            var bytes = bytes
            bytes[30] ^= 0x80
            return bytes
        },
        changingLarge("two chunks of a content are exchanged") { bytes in
            let (one, two) = (header..<header + chunk, header + chunk..<header + 2 * chunk)
            return Array(bytes[..<one.lowerBound] + bytes[two] + bytes[one] + bytes[two.upperBound...])
        },
        changingLarge("a content is cut at a chunk's border") { Array($0.prefix(header + 3 * chunk)) },
        changingLarge("a content is cut within a chunk") { Array($0.prefix(header + 3 * chunk + 100)) },
        changingLarge("a content is cut to nothing") { _ in [] },
        changingLarge("octets are appended to a content") { $0 + [0, 0, 0] },
        changingLarge("a second last chunk is appended to a content") { bytes in
            bytes + bytes.suffix((bytes.count - header) % chunk)
        },
        changingLarge("a content is hidden") { _ in nil },
        StoreAttack("the contents of two documents are exchanged") { _, lies in
            let box = ContentExchange()
            lies.content = { id, bytes in box.exchanged(id, bytes) }
        },
        StoreAttack("a key record is changed") { _, lies in
            lies.keyRecord = { _, record in
                var record = record
                record[record.count - 20] ^= 1
                return record
            }
        },
        StoreAttack("a key record is hidden") { scene, lies in
            let version = scene.large.version
            lies.keyRecord = { $0 == version ? nil : $1 }
        },
        StoreAttack("the key record of another version is given") { _, lies in
            let box = ContentExchange()
            lies.keyRecord = { _, record in box.first(record) }
        },
    ]
}

/// Gives what it saw before in the place of what it sees.
final class ContentExchange: Sendable {
    private let seen = Mutex<[[UInt8]]>([])

    func exchanged(_ id: ContentID, _ bytes: [UInt8]) -> [UInt8] {
        seen.withLock { seen in
            // Contents of the same padded size: nothing but the seal tells them apart.
            if let other = seen.first(where: { $0.count == bytes.count && $0 != bytes }) { return other }
            seen.append(bytes)
            return bytes
        }
    }

    func first(_ record: [UInt8]) -> [UInt8] {
        seen.withLock { seen in
            if let first = seen.first { return first }
            seen.append(record)
            return record
        }
    }
}
