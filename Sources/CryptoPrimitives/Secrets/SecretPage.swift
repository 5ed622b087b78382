// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium
internal import Synchronization

/// Guarded memory that several small secrets share: one locked page between guard pages, in slots of 64 octets.
///
/// A guarded page for every single key costs eight system calls, and locks a page for 32 octets of which a process may
/// lock only so many. A slot is given out once; it is wiped when its secret ends, and the page goes when all of its
/// secrets have ended. Between slots there is no guard: what reaches a secret does so through a bounded span.
@safe final class SecretPage: @unchecked Sendable {
    /// Most octets of a secret that gets a slot.
    static let slotByteCount = 64
    // One less than fit, for the canary that libsodium puts in the same page.
    private static let slotCount = 63
    private static let current = Mutex<(page: SecretPage, used: Int)?>(nil)

    private let start: UnsafeMutablePointer<UInt8>

    private init() { unsafe start = SecretBytes.allocate(Self.slotCount * Self.slotByteCount) }

    deinit { unsafe sodium_free(start) }

    /// A slot of zeros, and the page that it is in.
    static func slot() -> (page: SecretPage, start: UnsafeMutablePointer<UInt8>) {
        let (page, number) = current.withLock { current in
            if let (page, used) = current, used < slotCount {
                current = (page, used + 1)
                return (page, used)
            }
            let page = SecretPage()
            current = (page, 1)
            return (page, 0)
        }
        return unsafe (page, page.start + number * slotByteCount)
    }
}
