// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierZlib

/// One raw deflate stream (RFC 1951) under way. zlib keeps a pointer to the `z_stream`, so that it must not move.
@safe final class InflateStream {
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(ZIPSyntaxError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe dossier_inflateInit2(stream, -15) == Z_OK else {
            throw ZIPSyntaxError(.malformedData, "zlib could not start")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Inflates a part of the input into free room of an array.
    ///
    /// - Returns: How many bytes were taken and made, and whether the stream is at its end.
    /// - Throws: `malformedData`.
    func inflate(
        _ input: [UInt8], from used: Int, into output: inout OutputSpan<UInt8>
    ) throws(ZIPSyntaxError) -> (consumed: Int, produced: Int, isAtEnd: Bool) {
        var status: Int32 = Z_OK
        var consumed = 0
        var produced = 0
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target, initialized in
                let room = target.count - initialized
                // zlib does not write through next_in.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress.map { unsafe $0 + used })
                unsafe stream.pointee.avail_in = uInt(source.count - used)
                unsafe stream.pointee.next_out = target.baseAddress.map { unsafe $0 + initialized }
                unsafe stream.pointee.avail_out = uInt(room)
                status = unsafe CDossierZlib.inflate(stream, Z_NO_FLUSH)
                consumed = unsafe source.count - used - Int(stream.pointee.avail_in)
                produced = unsafe room - Int(stream.pointee.avail_out)
                initialized += produced
            }
        }
        switch status {
        case Z_STREAM_END: return (consumed, produced, true)
        case Z_OK, Z_BUF_ERROR: return (consumed, produced, false)
        default: throw ZIPSyntaxError(.malformedData, clause: "RFC 1951", "damaged deflate data")
        }
    }
}

/// CRC-32 as ZIP has it (APPNOTE 4.4.7).
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: [UInt8]) {
        let sum = unsafe bytes.withUnsafeBufferPointer { unsafe crc32(uLong(value), $0.baseAddress, uInt($0.count)) }
        // Without bytes zlib takes the pointer for a wish to begin.
        if !bytes.isEmpty { value = UInt32(truncatingIfNeeded: sum) }
    }
}
