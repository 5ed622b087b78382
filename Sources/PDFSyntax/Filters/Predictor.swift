// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The prediction that a Flate filter's parameters name (ISO 32000-2 §7.4.4.4).
struct Predictor {
    private let kind: Int64
    private let colours: Int
    private let bits: Int
    private let columns: Int
    private let offset: Int64

    var isNone: Bool { kind == 1 }

    init(_ parameters: PDFDictionary?, at offset: Int64) throws(PDFSyntaxError) {
        func value(_ key: PDFName, _ standard: Int64) throws(PDFSyntaxError) -> Int64 {
            switch parameters?[key] {
            case nil, .null: return standard
            case .integer(let value): return value
            default:
                throw PDFSyntaxError(
                    .malformedStream, at: offset, clause: "ISO 32000-2 §7.4.4.3",
                    "a filter parameter that is no integer")
            }
        }
        self.offset = offset
        kind = try value("Predictor", 1)
        let colours = try value("Colors", 1)
        let bits = try value("BitsPerComponent", 8)
        let columns = try value("Columns", 1)
        guard kind == 1 || kind == 2 || (10...15).contains(kind), (1...32).contains(colours),
            [1, 2, 4, 8, 16].contains(bits), (1...(1 << 24)).contains(columns)
        else {
            throw PDFSyntaxError(
                .malformedStream, at: offset, clause: "ISO 32000-2 §7.4.4.3", "predictor parameters out of range")
        }
        self.colours = Int(colours)
        self.bits = Int(bits)
        self.columns = Int(columns)
    }

    /// The bytes before prediction.
    func undone(_ data: [UInt8]) throws(PDFSyntaxError) -> [UInt8] {
        switch kind {
        case 1: data
        case 2: try undoneTIFF(data)
        default: try undonePNG(data)
        }
    }

    private var rowBytes: Int { (colours * bits * columns + 7) / 8 }
    private var pixelBytes: Int { max(1, colours * bits / 8) }

    private func undoneTIFF(_ data: [UInt8]) throws(PDFSyntaxError) -> [UInt8] {
        guard bits == 8 else {
            throw PDFSyntaxError(
                .unsupportedFilter, at: offset, clause: "ISO 32000-2 §7.4.4.4", "a TIFF predictor that is not of 8 bits"
            )
        }
        var result = data
        for index in result.indices where index % rowBytes >= colours {
            result[index] &+= result[index - colours]
        }
        return result
    }

    private func undonePNG(_ data: [UInt8]) throws(PDFSyntaxError) -> [UInt8] {
        let row = rowBytes
        let pixel = pixelBytes
        var result: [UInt8] = []
        result.reserveCapacity(data.count)
        var previous = [UInt8](repeating: 0, count: min(row, data.count))
        var current = previous
        var position = 0
        while position < data.count {
            let filter = data[position]
            position += 1
            let count = min(row, data.count - position)
            guard filter <= 4 else {
                throw PDFSyntaxError(
                    .malformedStream, at: offset, clause: "ISO 32000-2 §7.4.4.4", "a PNG predictor that does not exist")
            }
            for index in 0..<count {
                let left = index >= pixel ? current[index - pixel] : 0
                let up = previous[index]
                let upLeft = index >= pixel ? previous[index - pixel] : 0
                let raw = data[position + index]
                current[index] =
                    switch filter {
                    case 0: raw
                    case 1: raw &+ left
                    case 2: raw &+ up
                    case 3: raw &+ UInt8((Int(left) + Int(up)) / 2)
                    default: raw &+ Self.paeth(left, up, upLeft)
                    }
            }
            result.append(contentsOf: current[0..<count])
            position += count
            swap(&previous, &current)
        }
        return result
    }

    private static func paeth(_ left: UInt8, _ up: UInt8, _ upLeft: UInt8) -> UInt8 {
        let estimate = Int(left) + Int(up) - Int(upLeft)
        let (a, b, c) = (abs(estimate - Int(left)), abs(estimate - Int(up)), abs(estimate - Int(upLeft)))
        return a <= b && a <= c ? left : b <= c ? up : upLeft
    }
}
