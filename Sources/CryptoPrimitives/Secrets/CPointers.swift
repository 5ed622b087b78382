// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

// How octets are lent to C functions that take an address even for no octets at all.

extension Span<UInt8> {
    /// Lends the octets as a pointer that is never null.
    @unsafe func withCPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { return unsafe body(start) }
            var nothing: UInt8 = 0
            return unsafe withUnsafePointer(to: &nothing) { unsafe body($0) }
        }
    }
}

extension OutputSpan<UInt8> {
    /// Appends `count` octets that a C function writes; nothing when it says that it failed or when there is no room.
    @unsafe mutating func append(count: Int, writtenBy body: (UnsafeMutablePointer<UInt8>) -> Bool) -> Bool {
        guard freeCapacity >= count else { return false }
        return unsafe withUnsafeMutableBufferPointer { buffer, initialized in
            // No octets are asked for when there is no buffer; the C function still wants some address.
            var nothing: UInt8 = 0
            let offset = initialized
            let done = unsafe withUnsafeMutablePointer(to: &nothing) { spare in
                unsafe body(buffer.baseAddress.map { unsafe $0 + offset } ?? spare)
            }
            if done { initialized += count }
            return done
        }
    }
}
