// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing

@testable import PDFSyntax

@Suite("Stream filters — ISO 32000-2 §7.4")
struct FilterTests {
    private func decoded(_ hexadecimal: String, _ parameters: String = "null", ratio: Int = 1100) throws -> [UInt8] {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        let filters = "/Filter[/ASCIIHexDecode/FlateDecode]/DecodeParms[null \(parameters)]"
        fixture.stream(2, filters, Array((hexadecimal + ">").utf8))
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        let budget = Budget(bytes: 1 << 20, depth: 20, objects: 1000, expansionRatio: ratio)
        let file = try fixture.file(budget: budget)
        let stream = try #require(try file.object(IndirectReference(2)).stream)
        return try file.decodedBytes(of: stream)
    }

    // The encoded data come from Python's zlib.
    private static let zeros =
        "78daedc13101000000c2a0f54f6d0d0fa000000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000000000000080570386af0001"

    @Test func `a bomb is stopped at the expansion ratio`() throws {
        #expect(try decoded(Self.zeros).count == 100_000)
        #expect(throws: PDFSyntaxError(.limitExceeded, "")) { try decoded(Self.zeros, ratio: 10) }
    }

    @Test func `cut data and a damaged checksum are refused`() {
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(String(Self.zeros.dropLast(20))) }
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(String(Self.zeros.dropLast(2)) + "ff") }
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded("00" + Self.zeros) }
    }

    @Test func `predictors are undone`() throws {
        #expect(try decoded("78da6364646464056200003c000d", "<</Predictor 2/Columns 4>>") == [1, 2, 3, 4, 5, 6, 7, 8])
        let png = "78da63e012916304022620666662626201d20004fa0056"
        let expected: [UInt8] = [10, 20, 30, 1, 2, 3, 2, 3, 4, 3, 5, 6, 4, 6, 7]
        #expect(try decoded(png, "<</Predictor 15/Columns 3>>") == expected)
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(png, "<</Predictor 15/Columns 2>>") }
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(png, "<</Predictor 9>>") }
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(png, "<</Predictor 12/Columns -1>>") }
    }

    @Test func `a filter that is not decoded is named as such`() {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        fixture.stream(2, "/Filter/DCTDecode", [1, 2, 3])
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        #expect(throws: PDFSyntaxError(.unsupportedFilter, "")) {
            let file = try fixture.file()
            let stream = try #require(try file.object(IndirectReference(2)).stream)
            _ = try file.decodedBytes(of: stream)
        }
    }

    private func decoded(filter: String, _ data: [UInt8]) throws -> [UInt8] {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        fixture.stream(2, "/Filter\(filter)", data)
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        let file = try fixture.file(budget: Budget(bytes: 1 << 20, depth: 20, objects: 1000, expansionRatio: 300))
        let stream = try #require(try file.object(IndirectReference(2)).stream)
        return try file.decodedBytes(of: stream)
    }

    @Test func `text filters, run lengths and LZW are undone as the standard's examples say`() throws {
        let text = Array("9jqo^BlbD-BleB1DJ+*+F(f,q~>".utf8)
        #expect(try decoded(filter: "/ASCII85Decode", text) == Array("Man is distinguished".utf8))
        #expect(try decoded(filter: "/ASCII85Decode", Array("z9jqo~>".utf8)) == [0, 0, 0, 0, 77, 97, 110])
        for wrong in ["9jqo^x~>", "s8W-\"~>", "9~>"] {
            #expect(throws: PDFSyntaxError(.malformedStream, "")) {
                try decoded(filter: "/ASCII85Decode", Array(wrong.utf8))
            }
        }
        #expect(try decoded(filter: "/RunLengthDecode", [2, 1, 2, 3, 254, 9, 128]) == [1, 2, 3, 9, 9, 9])
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(filter: "/RunLengthDecode", [5, 1]) }
        // ISO 32000-2 §7.4.4.2, the example of the encoder.
        let codes: [UInt8] = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]
        #expect(try decoded(filter: "/LZWDecode", codes) == [45, 45, 45, 45, 45, 65, 45, 45, 45, 66])
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try decoded(filter: "/LZWDecode", [0x80, 0x7F, 0xFF]) }
        let hidden = Array("80 0B 60 50 22 0C 0C 85 01>".utf8)
        #expect(try decoded(filter: "[/ASCIIHexDecode/LZWDecode]", hidden).count == 10)
    }
}
