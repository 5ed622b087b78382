// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport

@testable import PAdES

/// A page as an independent program draws it.
struct Picture: Equatable {
    let width: Int
    let height: Int
    /// Red, green, blue, row by row from the top.
    let pixels: [UInt8]

    /// Draws a page with `pdftoppm`; `nil` after printing that it is not installed.
    static func page(_ number: Int = 1, of path: String, resolution: Int = 72) throws -> Picture? {
        guard CommandPeer.path("pdftoppm") != nil else {
            print("skipped: pictures of pages: pdftoppm is not installed")
            return nil
        }
        let folder = try TemporaryFolder()
        let arguments = ["-r", "\(resolution)", "-f", "\(number)", "-l", "\(number)", "-cropbox", "-singlefile", path]
        guard let run = try CommandPeer.run("pdftoppm", arguments + [folder.path("page")]), run.status == 0 else {
            return nil
        }
        return Picture(ppm: try folder.read("page.ppm"))
    }

    static func page(_ number: Int = 1, of bytes: [UInt8], resolution: Int = 72) throws -> Picture? {
        try withTemporaryFile(bytes) { try page(number, of: $0, resolution: resolution) }
    }

    /// Reads `P6`, three numbers and the samples.
    init?(ppm bytes: [UInt8]) {
        var words: [String] = []
        var position = 0
        while words.count < 4, position < bytes.count {
            let word = bytes[position...].prefix { ![9, 10, 13, 32].contains($0) }
            words.append(String(decoding: word, as: UTF8.self))
            position += word.count + 1
        }
        guard words.count == 4, words[0] == "P6", let width = Int(words[1]), let height = Int(words[2]),
            bytes.count - position == width * height * 3
        else { return nil }
        self.init(width: width, height: height, pixels: Array(bytes[position...]))
    }

    init(width: Int, height: Int, pixels: [UInt8]) {
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    /// Reads a committed picture.
    init?(png path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let image = try PNGImage(parsing: Array(data))
        guard image.colours == 3 else { return nil }
        self.init(width: image.width, height: image.height, pixels: image.samples)
    }

    subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let start = (y * width + x) * 3
        return (pixels[start], pixels[start + 1], pixels[start + 2])
    }

    /// The part in a rectangle given in pixels from the lower left corner.
    func part(_ rectangle: PageRectangle) -> Picture {
        let left = max(0, Int(rectangle.x.rounded()))
        let right = min(width, Int((rectangle.x + rectangle.width).rounded()))
        let top = max(0, height - Int((rectangle.y + rectangle.height).rounded()))
        let bottom = min(height, height - Int(rectangle.y.rounded()))
        var part: [UInt8] = []
        for y in top..<max(top, bottom) {
            part += pixels[(y * width + left) * 3..<(y * width + max(left, right)) * 3]
        }
        return Picture(width: max(0, right - left), height: max(0, bottom - top), pixels: part)
    }

    /// The box of the pixels that satisfy a condition, in pixels from the lower left corner.
    func box(where condition: (UInt8, UInt8, UInt8) -> Bool) -> PageRectangle? {
        var corners: (left: Int, top: Int, right: Int, bottom: Int)?
        for y in 0..<height {
            for x in 0..<width {
                let pixel = self[x, y]
                guard condition(pixel.red, pixel.green, pixel.blue) else { continue }
                let known = corners ?? (x, y, x, y)
                corners = (min(known.left, x), min(known.top, y), max(known.right, x), max(known.bottom, y))
            }
        }
        guard let corners else { return nil }
        return PageRectangle(
            x: Double(corners.left), y: Double(height - corners.bottom - 1),
            width: Double(corners.right - corners.left + 1), height: Double(corners.bottom - corners.top + 1))
    }

    /// Mean difference of the samples, 0 to 255; 255 for pictures of different sizes.
    func difference(from other: Picture) -> Double {
        guard width == other.width, height == other.height, !pixels.isEmpty else { return 255 }
        return Double(zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(pixels.count)
    }

    /// The box of everything that differs, in pixels from the lower left corner; `nil` when nothing does.
    func changedBox(from other: Picture, tolerance: Int = 24) -> PageRectangle? {
        guard width == other.width, height == other.height else {
            return PageRectangle(x: 0, y: 0, width: Double(width), height: Double(height))
        }
        let changes = zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) > tolerance ? UInt8(0) : 255 }
        return Picture(width: width, height: height, pixels: changes).box { $0 == 0 || $1 == 0 || $2 == 0 }
    }

    /// The picture as a PNG file of RGB samples.
    func png() throws -> [UInt8] {
        try TestPNG(width: width, height: height, colourType: 2, pixels: pixels).encoded()
    }
}

/// A PNG file put together by hand, with every row filter in turn.
struct TestPNG {
    var width: Int
    var height: Int
    var colourType: UInt8
    var pixels: [UInt8]
    var extra: [(String, [UInt8])] = []
    var filters: [UInt8] = [0]

    func encoded() throws -> [UInt8] {
        let stored = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(colourType)] ?? 1
        let row = width * stored
        var rows: [UInt8] = []
        for y in 0..<height {
            let filter = filters[y % filters.count]
            rows.append(filter)
            for x in 0..<row {
                let left = x >= stored ? Int(pixels[y * row + x - stored]) : 0
                let up = y > 0 ? Int(pixels[(y - 1) * row + x]) : 0
                let corner = x >= stored && y > 0 ? Int(pixels[(y - 1) * row + x - stored]) : 0
                let paeth = [left, up, corner].min { abs(left + up - corner - $0) < abs(left + up - corner - $1) } ?? 0
                let predicted = [0, left, up, (left + up) / 2, paeth][Int(filter)]
                rows.append(pixels[y * row + x] &- UInt8(truncatingIfNeeded: predicted))
            }
        }
        let size = [width, height].flatMap { FontBytes.encode32($0) }
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        bytes += Self.chunk("IHDR", size + [8, colourType, 0, 0, 0])
        for (name, data) in extra { bytes += Self.chunk(name, data) }
        bytes += Self.chunk("IDAT", try FlateData.deflated(rows))
        return bytes + Self.chunk("IEND", [])
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var crc: UInt32 = ~0
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
        }
        return FontBytes.encode32(data.count) + body + FontBytes.encode32(Int(~crc))
    }

    /// A blue stroke on a transparent ground, as of a pen.
    static func handwriting() throws -> PNGImage {
        var pixels: [UInt8] = []
        let (width, height) = (180, 72)
        for y in 0..<height {
            for x in 0..<width {
                let wave = 36 + 26 * sin(Double(x) / 9) * cos(Double(x) / 41)
                let distance = abs(Double(y) - wave)
                let opacity = max(0, min(255, (4 - distance) * 90))
                pixels += [20, 40, 170, UInt8(opacity)]
            }
        }
        return try PNGImage(parsing: TestPNG(width: width, height: height, colourType: 6, pixels: pixels).encoded())
    }

    /// A red ring with a star, transparent elsewhere.
    static func seal() throws -> PNGImage {
        var pixels: [UInt8] = []
        let side = 160
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (Double(x) - 79.5, 79.5 - Double(y))
                let radius = (dx * dx + dy * dy).squareRoot()
                let angle = (atan2(dx, dy) / (2 * .pi / 5)).remainder(dividingBy: 1) * 2 * .pi / 5
                let edge = 14 / cos(.pi / 5 - abs(angle) + 0.62)
                let isStar = radius < max(14, min(edge, 36))
                let isRing = (radius > 72 && radius < 79) || (radius > 62 && radius < 64)
                pixels += [205, 20, 25, isStar || isRing ? 255 : 0]
            }
        }
        return try PNGImage(parsing: TestPNG(width: side, height: side, colourType: 6, pixels: pixels).encoded())
    }
}
