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
    /// Most bytes that the kept objects may take, by ``cost(of:)``.
    private static let kept: Int64 = 8 << 20

    func object(at offset: Int64) -> IndirectObject? { known.withLock { $0.byOffset[offset] } }

    func keep(_ object: IndirectObject, at offset: Int64) {
        guard object.value.stream?.dictionary["Length"]?.reference == nil, let cost = Self.cost(of: object),
            cost <= Self.kept / 4
        else { return }
        known.withLock { state in
            if state.bytes + cost > Self.kept { state = ([:], 0) }
            state.bytes += cost
            state.byOffset[offset] = object
        }
    }

    /// About how many bytes the object takes in memory: its strings as they are, everything else a multiple of its text.
    private static func cost(of object: IndirectObject) -> Int64? {
        guard let range = object.range else { return nil }
        var text = Int64(range.count)
        // A stream's data is not kept.
        if let data = object.value.stream?.range { text -= Int64(data.count) }
        var strings: Int64 = 0
        for value in object.value.dictionary?.values ?? [] {
            guard case .string(let bytes, let isHexadecimal) = value else { continue }
            strings += Int64(bytes.count)
            text -= Int64(bytes.count) * (isHexadecimal ? 2 : 1)
        }
        return 256 + strings + max(0, text) * (object.value.array == nil ? 8 : 3)
    }
}
