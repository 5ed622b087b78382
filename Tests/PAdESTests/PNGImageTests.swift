// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing

@testable import PAdES

@Suite("PNG pictures — ISO/IEC 15948")
struct PNGImageTests {
    private func sample(_ colourType: UInt8, _ count: Int, extra: [(String, [UInt8])] = []) -> TestPNG {
        var generator = SeededGenerator(seed: UInt64(colourType))
        let pixels = (0..<7 * 11 * count).map { _ in
            UInt8.random(in: 0...(colourType == 3 ? 3 : 255), using: &generator)
        }
        return TestPNG(
            width: 7, height: 11, colourType: colourType, pixels: pixels, extra: extra, filters: [0, 1, 2, 3, 4])
    }

    @Test func `every colour type and row filter is read`() throws {
        let grey = sample(0, 1)
        let greyRead = try PNGImage(parsing: grey.encoded())
        #expect(greyRead.samples == grey.pixels && greyRead.colours == 1 && greyRead.opacity == nil)
        let colour = sample(2, 3)
        #expect(try PNGImage(parsing: colour.encoded()).samples == colour.pixels)
        let palette: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        let indexed = sample(3, 1, extra: [("PLTE", palette), ("tRNS", [0, 128])])
        let indexedRead = try PNGImage(parsing: indexed.encoded())
        #expect(indexedRead.samples == indexed.pixels.flatMap { palette[Int($0) * 3..<Int($0) * 3 + 3] })
        #expect(indexedRead.opacity == indexed.pixels.map { [0, 128, 255, 255][Int($0)] })
        let greyAlpha = sample(4, 2)
        let greyAlphaRead = try PNGImage(parsing: greyAlpha.encoded())
        #expect(greyAlphaRead.samples == stride(from: 0, to: 154, by: 2).map { greyAlpha.pixels[$0] })
        #expect(greyAlphaRead.opacity == stride(from: 1, to: 154, by: 2).map { greyAlpha.pixels[$0] })
        let colourAlpha = sample(6, 4)
        let colourAlphaRead = try PNGImage(parsing: colourAlpha.encoded())
        #expect(colourAlphaRead.opacity == stride(from: 3, to: 308, by: 4).map { colourAlpha.pixels[$0] })
        #expect(colourAlphaRead.samples.count == 7 * 11 * 3)
        let key = TestPNG(
            width: 2, height: 1, colourType: 2, pixels: [1, 2, 3, 1, 2, 4], extra: [("tRNS", [0, 1, 0, 2, 0, 3])])
        #expect(try PNGImage(parsing: key.encoded()).opacity == [0, 255])
    }

    @Test func `a picture of another program is read`() throws {
        guard CommandPeer.path("pdftoppm") != nil else {
            print("skipped: PNG of another program: pdftoppm is not installed")
            return
        }
        let folder = try TemporaryFolder()
        let path = try folder.write(PDFFixture.classic(), as: "a.pdf")
        _ = try CommandPeer.run("pdftoppm", ["-png", "-r", "72", "-singlefile", path, folder.path("a")])
        let image = try PNGImage(parsing: folder.read("a.png"))
        #expect(image.width == 200 && image.height == 100 && image.colours == 3)
        #expect(image.samples[99 * 200 * 3] == 0 && image.samples[0] == 255)
    }

    @Test func `damaged, interlaced, deep and huge pictures are refused`() throws {
        let good = try sample(6, 4).encoded()
        func refused(_ change: (inout [UInt8]) -> Void) -> Bool {
            var bytes = good
            change(&bytes)
            do throws(PAdESError) {
                _ = try PNGImage(parsing: bytes)
                return false
            } catch { return error.code == .unusableImage }
        }
        func header(_ change: (inout [UInt8]) -> Void) -> Bool {
            refused { bytes in
                var data = Array(bytes[16..<29])
                change(&data)
                bytes.replaceSubrange(8..<33, with: TestPNG.chunk("IHDR", data))
            }
        }
        #expect(!refused { _ in })
        #expect(refused { $0[0] = 0 })
        #expect(refused { $0[50] ^= 1 })
        #expect(header { $0[8] = 16 })
        #expect(header { $0[12] = 1 })
        #expect(header { $0[9] = 5 })
        #expect(header { $0.replaceSubrange(0..<8, with: [0, 1, 0, 0, 0, 1, 0, 0]) })
        #expect(header { $0[3] = 8 })
        for length in good.cutLengths(60) { #expect(refused { $0 = Array($0.prefix(length)) }) }
    }
}
