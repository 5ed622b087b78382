// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import Synchronization

/// The objects that were parsed last, by their offset in the file, as they stand there (not decrypted).
///
/// Signatures, form and pages are asked for again for every revision and every question about it, and a signature's value
/// is a hexadecimal string of some ten thousand digits. What is kept depends on nothing but the bytes at the offset: an
/// object whose end hangs on another object, by an indirect `/Length`, is never kept.
final class ParsedObjects: Sendable {
    private let known = Mutex<(byOffset: [Int64: IndirectObject], bytes: Int64)>(([:], 0))
    /// Bytes of the file whose objects are kept; parsed they take some times more.
    private static let kept: Int64 = 512 << 10

    func object(at offset: Int64) -> IndirectObject? { known.withLock { $0.byOffset[offset] } }

    func keep(_ object: IndirectObject, at offset: Int64) {
        guard var text = object.range?.count.magnitude, object.value.stream?.dictionary["Length"]?.reference == nil
        else {
            return
        }
        // A stream's data is not read here.
        if let data = object.value.stream?.range { text -= data.count.magnitude }
        guard text <= Self.kept / 4 else { return }
        // Each object costs its place in the table, however short it is.
        let cost = Int64(text) + 64
        known.withLock { state in
            if state.bytes + cost > Self.kept { state = ([:], 0) }
            state.bytes += cost
            state.byOffset[offset] = object
        }
    }
}
