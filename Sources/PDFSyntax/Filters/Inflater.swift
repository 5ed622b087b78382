// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierZlib
import DossierCore

/// zlib data (RFC 1950) to bytes, with a limit on the output.
enum Inflater {
    /// Inflates a range of a source; data after the end of the zlib stream is ignored, a missing end is an error, and no data
    /// at all, as some writers compress nothing, stand for none.
    ///
    /// - Throws: ``PDFSyntaxError`` `limitExceeded` once more than `limit` bytes come out, `malformedStream` otherwise.
    static func inflate(
        _ source: any ByteSource, _ range: Range<Int64>, limit: Int64
    ) throws(PDFSyntaxError) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        var end: Int64 = 0
        return try inflate(source, range, limit: limit, end: &end)
    }

    /// How many bytes zlib data at the beginning of a range take up, and how many they stand for.
    static func size(
        in source: any ByteSource, _ range: Range<Int64>, limit: Int64
    ) throws(PDFSyntaxError) -> (used: Int, inflated: Int) {
        var end: Int64 = 0
        let output = try inflate(source, range, limit: limit, end: &end)
        return (Int(end - range.lowerBound), output.count)
    }

    private static func inflate(
        _ source: any ByteSource, _ range: Range<Int64>, limit: Int64, end: inout Int64
    ) throws(PDFSyntaxError) -> [UInt8] {
        var stream = unsafe z_stream()
        guard unsafe dossier_inflateInit2(&stream, 15) == Z_OK else {
            throw PDFSyntaxError(.malformedStream, at: range.lowerBound, "zlib could not start")
        }
        defer { unsafe inflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 15)
        var position = range.lowerBound
        while position < range.upperBound {
            let count = Int(min(range.upperBound - position, 1 << 15))
            var input: [UInt8]
            do throws(ByteSourceError) {
                input = try source.bytes(at: position, count: count)
            } catch { throw PDFSyntaxError(error) }
            position += Int64(count)
            var used = 0
            var finished = false
            while used < count, !finished {
                var status: Int32 = Z_OK
                var produced = 0
                var consumed = 0
                unsafe input.withUnsafeMutableBufferPointer { source in
                    unsafe chunk.withUnsafeMutableBufferPointer { target in
                        unsafe stream.next_in = source.baseAddress.map { unsafe $0 + used }
                        unsafe stream.avail_in = uInt(count - used)
                        unsafe stream.next_out = target.baseAddress
                        unsafe stream.avail_out = uInt(target.count)
                        status = unsafe CDossierZlib.inflate(&stream, Z_NO_FLUSH)
                        produced = unsafe target.count - Int(stream.avail_out)
                        consumed = unsafe count - used - Int(stream.avail_in)
                    }
                }
                used += consumed
                guard Int64(output.count) + Int64(produced) <= limit else {
                    throw PDFSyntaxError(LimitExceeded(.expansionRatio, allowed: limit), at: range.lowerBound)
                }
                output.append(contentsOf: chunk[0..<produced])
                switch status {
                case Z_STREAM_END: finished = true
                case Z_OK where produced + consumed > 0, Z_BUF_ERROR where produced + consumed > 0: break
                default:
                    throw PDFSyntaxError(
                        .malformedStream, at: range.lowerBound, clause: "ISO 32000-2 §7.4.4", "damaged deflate data")
                }
            }
            if finished {
                end = position - Int64(count - used)
                return output
            }
        }
        throw PDFSyntaxError(
            .malformedStream, at: range.lowerBound, clause: "ISO 32000-2 §7.4.4", "deflate data without its end")
    }
}
