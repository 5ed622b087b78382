// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// New and changed objects that are to be appended to a file as one revision (ISO 32000-2 §7.5.6).
///
/// The bytes before stay as they are. The cross-references are written as those of the newest revision are: a table after
/// a table, a stream after a stream.
public struct IncrementalUpdate: Sendable {
    /// What is written for one object.
    enum Content: Sendable {
        case object(PDFObject)
        case stream(PDFDictionary, [UInt8])
        /// A dictionary whose last entries are given as bytes, so that their place in the file is known.
        case template(PDFDictionary, [(key: PDFName, value: [UInt8])])
    }

    private let file: PDFFile
    private var contents: [IndirectReference: Content] = [:]
    private var nextNumber: Int
    private var trailerEntries: PDFDictionary = [:]

    /// Begins an update without any change.
    ///
    /// - Throws: ``PDFSyntaxError``: `hybridFile`, because either half of a hybrid file's readers would miss the update;
    ///   `updateOfEncrypted` for an encrypted file; `brokenCrossReferences` without a usable `/Size`.
    public init(of file: PDFFile) throws(PDFSyntaxError) {
        guard !file.isHybrid else {
            throw PDFSyntaxError(
                .hybridFile, clause: "ISO 32000-2 §7.5.8.4", "a file with tables and streams is not updated")
        }
        guard !file.isEncrypted else {
            throw PDFSyntaxError(.updateOfEncrypted, clause: "ISO 32000-2 §7.6", "an encrypted file is not updated")
        }
        guard let size = file.trailer["Size"]?.integer, size > 0, size < Int64(Int32.max) - 1_000_000 else {
            throw PDFSyntaxError(.brokenCrossReferences, clause: "ISO 32000-2 §7.5.5", "/Size is out of range")
        }
        self.file = file
        nextNumber = Int(size)
    }

    /// Takes the next free object number.
    public mutating func reserve() -> IndirectReference {
        defer { nextNumber += 1 }
        return IndirectReference(nextNumber)
    }

    /// Adds an object under a new number.
    @discardableResult
    public mutating func add(_ object: PDFObject) -> IndirectReference {
        let reference = reserve()
        contents[reference] = .object(object)
        return reference
    }

    /// Adds a stream under a new number; `/Length` is set, the bytes are written as they are.
    @discardableResult
    public mutating func add(stream dictionary: PDFDictionary, bytes: [UInt8]) -> IndirectReference {
        let reference = reserve()
        set(stream: dictionary, bytes: bytes, for: reference)
        return reference
    }

    /// Sets the new value of an object, existing or reserved.
    public mutating func set(_ object: PDFObject, for reference: IndirectReference) {
        contents[reference] = .object(object)
        nextNumber = max(nextNumber, reference.number + 1)
    }

    /// Sets the new value of an object to a stream; `/Length` is set, the bytes are written as they are.
    public mutating func set(stream dictionary: PDFDictionary, bytes: [UInt8], for reference: IndirectReference) {
        var dictionary = dictionary
        dictionary["Length"] = .integer(Int64(bytes.count))
        contents[reference] = .stream(dictionary, bytes)
        nextNumber = max(nextNumber, reference.number + 1)
    }

    /// Sets the new value of an object to a dictionary that ends with entries given as bytes, which
    /// ``AppendedRevision/range(of:in:)`` finds again.
    public mutating func set(
        _ dictionary: PDFDictionary, placeholders: [(key: PDFName, value: [UInt8])], for reference: IndirectReference
    ) {
        contents[reference] = .template(dictionary, placeholders)
        nextNumber = max(nextNumber, reference.number + 1)
    }

    /// Sets an entry of the trailer, for example `/Info`.
    ///
    /// `/Size`, `/Prev`, `/ID` and the stream's own keys are not
    /// affected.
    public mutating func setTrailer(_ key: PDFName, to value: PDFObject) { trailerEntries[key] = value }

    /// The bytes to append.
    ///
    /// - Parameter identifier: The second element of `/ID`, at best a digest of file and time; 16 bytes are usual. The
    ///   first element is kept.
    /// - Throws: ``PDFSyntaxError``: `offsetTooLarge` when a table would need more than ten digits, `unwritableObject`.
    public func appended(identifier: [UInt8]) throws(PDFSyntaxError) -> AppendedRevision {
        var writer = ObjectWriter()
        let base = file.source.size
        do throws(ByteSourceError) {
            if try file.source.bytes(at: base - 1, count: 1) != [10] { writer.write("\n") }
        } catch { throw PDFSyntaxError(error) }
        var offsets: [IndirectReference: Int64] = [:]
        var placeholders: [IndirectReference: [PDFName: Range<Int64>]] = [:]
        for reference in contents.keys.sorted() {
            offsets[reference] = base + Int64(writer.bytes.count)
            writer.write("\(reference.number) \(reference.generation) obj\n")
            switch contents[reference] {
            case .object(let object): try writer.write(object)
            case .stream(let dictionary, let bytes):
                try writer.write(dictionary)
                writer.write("\nstream\n")
                writer.write(raw: bytes)
                writer.write("\nendstream")
            case .template(let dictionary, let raw):
                writer.write("<<")
                for key in dictionary.keys {
                    writer.write("\n")
                    writer.write(key)
                    writer.write(" ")
                    try writer.write(dictionary[key] ?? .null)
                }
                for (key, value) in raw {
                    writer.write("\n")
                    writer.write(key)
                    writer.write(" ")
                    let start = base + Int64(writer.bytes.count)
                    writer.write(raw: value)
                    placeholders[reference, default: [:]][key] = start..<start + Int64(value.count)
                }
                writer.write("\n>>")
            case nil: writer.write("null")
            }
            writer.write("\nendobj\n")
        }
        let start = base + Int64(writer.bytes.count)
        switch file.newest.style {
        case .table: try writeTable(&writer, offsets, identifier)
        case .stream: try writeStream(&writer, offsets, identifier, at: start)
        }
        writer.write("startxref\n\(start)\n%%EOF\n")
        return AppendedRevision(startOffset: base, bytes: writer.bytes, placeholders: placeholders)
    }

    private func trailer(size: Int, identifier: [UInt8]) -> PDFDictionary {
        var trailer = file.trailer.removing([
            "Size", "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL", "ID",
        ])
        for key in trailerEntries.keys { trailer[key] = trailerEntries[key] }
        let first = file.trailer["ID"].flatMap { try? file.resolve($0) }?.array?.first?.string
        trailer["ID"] = .array([
            .string(first ?? identifier, hexadecimal: true), .string(identifier, hexadecimal: true),
        ])
        trailer["Size"] = .integer(Int64(size))
        trailer["Prev"] = .integer(file.newest.startOffset)
        return trailer
    }

    private func writeTable(
        _ writer: inout ObjectWriter, _ offsets: [IndirectReference: Int64], _ identifier: [UInt8]
    ) throws(PDFSyntaxError) {
        writer.write("xref\n")
        for run in Self.runs(offsets.keys.sorted()) {
            writer.write("\(run.first?.number ?? 0) \(run.count)\n")
            for reference in run {
                let offset = offsets[reference] ?? 0
                guard offset <= 9_999_999_999 else {
                    throw PDFSyntaxError(
                        .offsetTooLarge, at: offset, clause: "ISO 32000-2 §7.5.4", "an offset of more than ten digits")
                }
                writer.write("\(Self.padded(offset, 10)) \(Self.padded(Int64(reference.generation), 5)) n\r\n")
            }
        }
        writer.write("trailer\n")
        try writer.write(trailer(size: nextNumber, identifier: identifier))
        writer.write("\n")
    }

    private func writeStream(
        _ writer: inout ObjectWriter, _ offsets: [IndirectReference: Int64], _ identifier: [UInt8], at start: Int64
    ) throws(PDFSyntaxError) {
        let own = IndirectReference(nextNumber)
        var offsets = offsets
        offsets[own] = start
        let width = max(1, (Int64.bitWidth - start.leadingZeroBitCount + 7) / 8)
        var data: [UInt8] = []
        var index: [PDFObject] = []
        for run in Self.runs(offsets.keys.sorted()) {
            index += [.integer(Int64(run.first?.number ?? 0)), .integer(Int64(run.count))]
            for reference in run {
                data.append(1)
                let offset = offsets[reference] ?? 0
                for position in (0..<width).reversed() {
                    data.append(UInt8(truncatingIfNeeded: offset >> (8 * Int64(position))))
                }
                data.append(UInt8(truncatingIfNeeded: reference.generation >> 8))
                data.append(UInt8(truncatingIfNeeded: reference.generation))
            }
        }
        var dictionary: PDFDictionary = [
            "Type": .name("XRef"), "W": .array([.integer(1), .integer(Int64(width)), .integer(2)]),
            "Index": .array(index), "Length": .integer(Int64(data.count)),
        ]
        let trailer = trailer(size: nextNumber + 1, identifier: identifier)
        for key in trailer.keys { dictionary[key] = trailer[key] }
        writer.write("\(own.number) 0 obj\n")
        try writer.write(dictionary)
        writer.write("\nstream\n")
        writer.write(raw: data)
        writer.write("\nendstream\nendobj\n")
    }

    /// Splits sorted references into runs of consecutive numbers.
    private static func runs(_ references: [IndirectReference]) -> [[IndirectReference]] {
        var runs: [[IndirectReference]] = []
        for reference in references {
            if let last = runs.last?.last, last.number + 1 == reference.number {
                runs[runs.count - 1].append(reference)
            } else {
                runs.append([reference])
            }
        }
        return runs
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
