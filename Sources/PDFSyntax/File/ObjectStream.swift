// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
internal import Synchronization

/// A decoded object stream (ISO 32000-2 §7.5.7).
struct ObjectStream: Sendable {
    private let data: MemorySource
    private let numbers: [Int]
    private let offsets: [Int64]

    var byteCount: Int { data.bytes.count }

    init(dictionary: PDFDictionary, data bytes: [UInt8], at offset: Int64, budget: Budget) throws(PDFSyntaxError) {
        func damaged(_ detail: String) -> PDFSyntaxError {
            PDFSyntaxError(.malformedObjectStream, at: offset, clause: "ISO 32000-2 §7.5.7", detail)
        }
        guard dictionary["Type"]?.name == "ObjStm", let count = dictionary["N"]?.integer, count >= 0,
            let first = dictionary["First"]?.integer, first >= 0, first <= Int64(bytes.count)
        else { throw damaged("an object stream without /Type, /N or /First") }
        guard count <= Int64(min(budget.objects, bytes.count)) else { throw damaged("/N is larger than the data") }
        data = MemorySource(bytes)
        var lexer = Lexer(ByteCursor(data, at: 0, end: first), budget: budget)
        var numbers: [Int] = []
        var offsets: [Int64] = []
        for _ in 0..<count {
            guard case .integer(let number) = try lexer.next(), case .integer(let start) = try lexer.next(),
                (1...Int64(Int32.max)).contains(number), start >= 0, start < Int64(bytes.count) - first,
                start + first > offsets.last ?? -1
            else { throw damaged("a wrong pair of object number and offset") }
            numbers.append(Int(number))
            offsets.append(start + first)
        }
        guard try lexer.next() == .end else { throw damaged("more before /First than /N pairs") }
        self.numbers = numbers
        self.offsets = offsets
    }

    /// The object at a position; `nil` when another object is there.
    func object(_ number: Int, at index: Int, budget: Budget) throws(PDFSyntaxError) -> PDFObject? {
        guard numbers.indices.contains(index), numbers[index] == number else { return nil }
        let end = index + 1 < offsets.count ? offsets[index + 1] : data.size
        var parser = ObjectParser(data, at: offsets[index], end: end, budget: budget)
        do throws(PDFSyntaxError) {
            return try parser.objectToEnd()
        } catch {
            guard error.code == .malformedObject else { throw error }
            throw PDFSyntaxError(.malformedObjectStream, clause: error.clause, error.detail)
        }
    }
}

/// Decoded object streams by the offset of the stream object, so that reading all objects of one stays linear.
final class ObjectStreamCache: Sendable {
    private let streams = Mutex<(byOffset: [Int64: ObjectStream], bytes: Int, decoded: Int64)>(([:], 0, 0))
    private static let kept = 64 << 20
    private let limit: Int64

    /// Makes an empty cache that lets `limit` bytes be decoded in all, counted again each time.
    init(limit: Int64) { self.limit = limit }

    func stream(at offset: Int64) -> ObjectStream? { streams.withLock { $0.byOffset[offset] } }

    /// Keeps a decoded stream; `false` once more was decoded than the limit allows.
    func keep(_ stream: ObjectStream, at offset: Int64) -> Bool {
        streams.withLock { state in
            if state.bytes + stream.byteCount > Self.kept { state = ([:], 0, state.decoded) }
            state.byOffset[offset] = stream
            state.bytes += stream.byteCount
            state.decoded += Int64(stream.byteCount)
            return state.decoded <= limit
        }
    }
}
