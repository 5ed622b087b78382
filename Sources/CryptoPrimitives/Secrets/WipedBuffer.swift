// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// Secret octets that live for one call: ordinary memory, wiped when the value ends.
///
/// Guarded memory costs system calls for every value, which is right for keys that stay and a hundred times too much
/// for what a derivation needs for a microsecond.
@safe struct WipedBuffer: ~Copyable {
    private let start: UnsafeMutablePointer<UInt8>
    let byteCount: Int

    /// Makes a buffer of zeros.
    init(byteCount: Int) {
        unsafe start = .allocate(capacity: max(byteCount, 1))
        unsafe start.initialize(repeating: 0, count: max(byteCount, 1))
        self.byteCount = byteCount
    }

    deinit {
        unsafe sodium_memzero(start, byteCount)
        unsafe start.deallocate()
    }

    /// Lends a range of the octets to a closure, which must not keep them.
    borrowing func withSpan<Result: ~Copyable, Failure: Error>(
        _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: start, count: byteCount)
        return try body(unsafe buffer.span.extracting(range))
    }

    /// Lets a closure write all octets anew.
    borrowing func fill<Failure: Error>(
        _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: byteCount)
        var span = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
        try body(&span)
        _ = unsafe span.finalize(for: buffer)
    }
}
