// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// A picture of a handwritten signature or a seal, read from PNG (ISO/IEC 15948).
///
/// Read are all colour types with eight bits per sample, without interlacing; transparency is kept. Colour profiles,
/// gamma and resolution are not used.
public struct PNGImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Number of rows.
    public let height: Int
    /// Samples per pixel without alpha: 1 for grey, 3 for RGB.
    let colours: Int
    /// The colour samples, row by row from the top.
    let samples: [UInt8]
    /// One opacity per pixel, 255 for opaque; `nil` when everything is opaque.
    let opacity: [UInt8]?

    /// Largest file that is read, in bytes.
    public static let largestFile = 16 << 20
    /// Most pixels that are read.
    public static let mostPixels = 16 << 20

    /// Reads a PNG file.
    ///
    /// - Throws: ``PAdESError`` `unusableImage`: not a PNG, damaged, interlaced, not of eight bits per sample, or over
    ///   ``largestFile`` or ``mostPixels``.
    public init(parsing bytes: [UInt8]) throws(PAdESError) {
        var reader = try PNGReader(bytes)
        try reader.readChunks()
        (width, height) = (reader.width, reader.height)
        let data: [UInt8]
        do throws(PDFSyntaxError) { data = try reader.pixels() } catch {
            throw PAdESError(.unusableImage, clause: "ISO/IEC 15948 10", error.description)
        }
        let pixels = PNGPixels(reader, data)
        colours = pixels.colours
        samples = pixels.samples
        opacity = pixels.opacity.contains { $0 != 255 } ? pixels.opacity : nil
    }
}

/// The chunks of a PNG file.
struct PNGReader {
    private let bytes: [UInt8]
    private var position = 8
    private(set) var width = 0
    private(set) var height = 0
    private(set) var colourType: UInt8 = 0
    private(set) var palette: [UInt8] = []
    private(set) var transparency: [UInt8] = []
    private var compressed: [UInt8] = []

    /// Samples per pixel as stored.
    var samplesPerPixel: Int {
        switch colourType {
        case 2: 3
        case 4: 2
        case 6: 4
        default: 1
        }
    }

    init(_ bytes: [UInt8]) throws(PAdESError) {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            throw Self.unusable("5.2", "no PNG signature")
        }
        guard bytes.count <= PNGImage.largestFile else { throw Self.unusable("5.2", "a file of more than 16 MiB") }
        self.bytes = bytes
    }

    mutating func readChunks() throws(PAdESError) {
        var isFirst = true
        while true {
            let (type, data) = try nextChunk()
            if isFirst {
                guard type == "IHDR" else { throw Self.unusable("5.6", "no header") }
                try readHeader(data)
            }
            isFirst = false
            switch type {
            case "PLTE":
                guard palette.isEmpty, data.count.isMultiple(of: 3), (3...768).contains(data.count) else {
                    throw Self.unusable("11.2.3", "a wrong palette")
                }
                palette = Array(data)
            case "tRNS":
                guard data.count <= 256 else { throw Self.unusable("11.3.2", "wrong transparency") }
                transparency = Array(data)
            case "IDAT": compressed += data
            case "IEND":
                guard colourType != 3 || !palette.isEmpty else { throw Self.unusable("11.2.3", "no palette") }
                return
            default:
                // A chunk whose name begins with a capital letter changes the picture.
                guard type == "IHDR" || type.utf8.first ?? 0 >= 97 else {
                    throw Self.unusable("5.4", "a critical chunk that is not known")
                }
            }
        }
    }

    func pixels() throws(PDFSyntaxError) -> [UInt8] {
        let row = width * samplesPerPixel
        let rows = try FlateData.inflated(compressed, limit: Int64((row + 1) * height))
        guard rows.count == (row + 1) * height else {
            throw PDFSyntaxError(.malformedStream, "the rows do not fill the picture")
        }
        return try FlateData.unfiltered(rows: rows, columns: width, samplesPerPixel: samplesPerPixel)
    }

    private mutating func readHeader(_ data: ArraySlice<UInt8>) throws(PAdESError) {
        guard data.count == 13 else { throw Self.unusable("11.2.2", "a header of another length") }
        let fields = Array(data)
        let (columns, rows) = (Self.number(fields[0..<4]), Self.number(fields[4..<8]))
        guard (1...65_535).contains(columns), (1...65_535).contains(rows), columns * rows <= PNGImage.mostPixels else {
            throw Self.unusable("11.2.2", "no pixels, or more than \(PNGImage.mostPixels)")
        }
        guard fields[8] == 8, [0, 2, 3, 4, 6].contains(fields[9]), fields[10] == 0, fields[11] == 0, fields[12] == 0
        else { throw Self.unusable("11.2.2", "only eight bits per sample without interlacing are read") }
        (width, height, colourType) = (columns, rows, fields[9])
    }

    private mutating func nextChunk() throws(PAdESError) -> (type: String, data: ArraySlice<UInt8>) {
        guard bytes.count - position >= 12 else { throw Self.unusable("5.3", "cut short") }
        let count = Self.number(bytes[position..<position + 4])
        guard count <= bytes.count - position - 12 else { throw Self.unusable("5.3", "a chunk longer than the file") }
        let end = position + 8 + count
        let checked = bytes[position + 4..<end]
        guard Self.crc(checked) == UInt32(Self.number(bytes[end..<end + 4])) else {
            throw Self.unusable("5.3", "a chunk with a wrong checksum")
        }
        defer { position = end + 4 }
        return (String(decoding: bytes[position + 4..<position + 8], as: UTF8.self), bytes[position + 8..<end])
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crcTable[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
    }

    private static func unusable(_ clause: String, _ detail: String) -> PAdESError {
        PAdESError(.unusableImage, clause: "ISO/IEC 15948 \(clause)", detail)
    }
}

/// Stored pixels as colour samples and opacity.
struct PNGPixels {
    let colours: Int
    private(set) var samples: [UInt8] = []
    private(set) var opacity: [UInt8] = []

    init(_ reader: PNGReader, _ data: [UInt8]) {
        let stored = reader.samplesPerPixel
        let key = reader.transparency
        colours = reader.colourType == 0 || reader.colourType == 4 ? 1 : 3
        samples.reserveCapacity(data.count / stored * colours)
        opacity.reserveCapacity(data.count / stored)
        for start in stride(from: 0, to: data.count - stored + 1, by: stored) {
            switch reader.colourType {
            case 0:
                samples.append(data[start])
                opacity.append(key.count == 2 && key[1] == data[start] ? 0 : 255)
            case 2:
                samples += data[start..<start + 3]
                let isKey = key.count == 6 && key[1] == data[start] && key[3] == data[start + 1]
                opacity.append(isKey && key[5] == data[start + 2] ? 0 : 255)
            case 3:
                let index = Int(data[start])
                // An index without a colour is an error that shows as black.
                let colour = index * 3
                samples += colour + 2 < reader.palette.count ? reader.palette[colour..<colour + 3] : [0, 0, 0]
                opacity.append(index < key.count ? key[index] : 255)
            case 4:
                samples.append(data[start])
                opacity.append(data[start + 1])
            default:
                samples += data[start..<start + 3]
                opacity.append(data[start + 3])
            }
        }
    }
}
