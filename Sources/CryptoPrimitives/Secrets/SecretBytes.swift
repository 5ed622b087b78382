// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// Secret octets in guarded memory: between guard pages, kept out of core dumps, wiped when the value ends.
///
/// The memory comes from `sodium_malloc`; secrets of at most 64 octets share a page of it. It is locked against swapping
/// when the process may lock that much. The value cannot be copied, printed, encoded or compared by accident; what a closure does with the octets is the closure's
/// responsibility.
// Whoever shares it cannot change it, and the pointer is never handed out beyond a closure: sharing it is safe.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<UInt8>
    // The page in which it is a slot; without one the memory is its own.
    private let page: SecretPage?
    /// Number of octets.
    public let byteCount: Int

    /// Makes a secret of exactly `byteCount` octets, written by a closure straight into guarded memory.
    ///
    /// - Parameters:
    ///   - byteCount: Number of octets, not negative.
    ///   - body: Fills the span; octets it leaves out are zero.
    public init<Failure: Error>(
        byteCount: Int, initializingWith body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        SodiumLibrary.start()
        precondition(byteCount >= 0, "a secret has no negative length")
        let block: UnsafeMutablePointer<UInt8>
        if byteCount <= SecretPage.slotByteCount {
            let slot = unsafe SecretPage.slot()
            unsafe block = slot.start
            page = unsafe slot.page
        } else {
            unsafe block = Self.allocate(byteCount)
            page = nil
        }
        var span = unsafe OutputSpan(
            buffer: UnsafeMutableBufferPointer(start: block, count: byteCount), initializedCount: 0)
        do throws(Failure) {
            try body(&span)
            _ = unsafe span.finalize(for: UnsafeMutableBufferPointer(start: block, count: byteCount))
        } catch {
            unsafe Self.wipe(block, byteCount, in: page)
            throw error
        }
        unsafe self.pointer = block
        self.byteCount = byteCount
    }

    /// Makes a secret that is a copy of octets; the caller wipes the original if it can.
    public init(copying octets: Span<UInt8>) {
        self.init(byteCount: octets.count) { span in
            for index in octets.indices { span.append(octets[index]) }
        }
    }

    /// Makes a secret that is a copy of octets; the caller wipes the original if it can.
    public init(copying octets: [UInt8]) { self.init(copying: octets.span) }

    /// Makes a secret of octets that came in ordinary memory, and overwrites them there.
    ///
    /// - Parameter octets: Zeros afterwards. Only this array is overwritten: copies that were made before, and what an array
    ///   left behind when it grew, stay as they are.
    public init(wiping octets: inout [UInt8]) {
        self.init(copying: octets.span)
        unsafe octets.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
    }

    deinit { unsafe Self.wipe(pointer, byteCount, in: page) }

    /// Lets a closure write all octets anew; those that it leaves out are zero.
    mutating func refill(_ body: (inout OutputSpan<UInt8>) -> Void) {
        unsafe sodium_memzero(pointer, byteCount)
        let buffer = unsafe UnsafeMutableBufferPointer(start: pointer, count: byteCount)
        var span = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
        body(&span)
        _ = unsafe span.finalize(for: buffer)
    }

    /// Lends the octets to a closure, which must not keep them.
    public borrowing func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: pointer, count: byteCount)
        return try body(unsafe buffer.span)
    }

    /// Lends the octets as a pointer, for C calls of this module.
    @unsafe borrowing func withCPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe body(pointer)
    }

    /// Compares in time that depends on the lengths only.
    public borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe sodium_memcmp(pointer, other.pointer, byteCount) == 0
    }

    /// A copy in guarded memory of its own.
    public borrowing func copy() -> SecretBytes { withSpan { SecretBytes(copying: $0) } }

    /// `<32 secret bytes>`: the octets never appear.
    public var description: String { borrowing get { "<\(byteCount) secret bytes>" } }

    private static func wipe(_ start: UnsafeMutablePointer<UInt8>, _ byteCount: Int, in page: SecretPage?) {
        // What has its own memory is wiped as it is freed.
        if page == nil { unsafe sodium_free(start) } else { unsafe sodium_memzero(start, byteCount) }
    }

    /// Zeros in guarded memory of their own.
    static func allocate(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
        guard let block = unsafe sodium_malloc(byteCount) else {
            preconditionFailure("sodium_malloc: out of memory")
        }
        let bytes = unsafe block.assumingMemoryBound(to: UInt8.self)
        unsafe sodium_memzero(bytes, byteCount)
        return unsafe bytes
    }
}
