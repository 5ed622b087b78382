// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierZlib
import DossierCore

/// Data of the Flate filter in memory (ISO 32000-2 §7.4.4), for what is embedded in a document.
package enum FlateData {
    /// The bytes compressed in zlib's format, as `FlateDecode` undoes them.
    ///
    /// - Throws: ``PDFSyntaxError`` `unwritableObject` when zlib has no memory.
    package static func deflated(_ bytes: [UInt8]) throws(PDFSyntaxError) -> [UInt8] {
        var count = compressBound(uLong(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(count))
        let status = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe compress2(target.baseAddress, &count, source.baseAddress, uLong(bytes.count), 9)
            }
        }
        guard status == Z_OK else { throw PDFSyntaxError(.unwritableObject, "zlib could not compress") }
        output.removeLast(output.count - Int(count))
        return output
    }

    /// The bytes before compression.
    ///
    /// - Throws: ``PDFSyntaxError``: `malformedStream`; `limitExceeded` when there are more than `limit`.
    package static func inflated(_ bytes: [UInt8], limit: Int64) throws(PDFSyntaxError) -> [UInt8] {
        let source = MemorySource(bytes)
        return try Inflater.inflate(source, 0..<source.size, limit: limit)
    }

    /// The rows of an image of eight-bit samples, whose bytes each begin with the number of a PNG filter.
    ///
    /// - Throws: ``PDFSyntaxError`` `malformedStream`.
    package static func unfiltered(
        rows: [UInt8], columns: Int, samplesPerPixel: Int
    ) throws(PDFSyntaxError) -> [UInt8] {
        let predictor = try Predictor(
            [
                "Predictor": .integer(15), "Colors": .integer(Int64(samplesPerPixel)),
                "Columns": .integer(Int64(columns)),
            ], at: 0)
        return try predictor.undone(rows)
    }
}
