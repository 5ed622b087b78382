// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension PDFFile {
    /// The value of an object as of a revision (the newest when `nil`); `null` when it is absent, free or of another
    /// generation.
    ///
    /// - Throws: ``PDFSyntaxError``: `brokenCrossReferences` when another object stands at the place, and the errors of
    ///   the object's own syntax.
    public func object(_ reference: IndirectReference, asOf revision: Int? = nil) throws(PDFSyntaxError) -> PDFObject {
        try indirectObject(reference, asOf: revision)?.value ?? .null
    }

    /// The object with its place as of a revision; `nil` when it is absent, free or of another generation.
    ///
    /// - Throws: as ``object(_:asOf:)``.
    public func indirectObject(
        _ reference: IndirectReference, asOf revision: Int? = nil
    ) throws(PDFSyntaxError) -> IndirectObject? {
        try indirectObject(reference, asOf: revision, lengths: .anyObject)
    }

    /// Follows references until something else comes; `null` for nothing.
    ///
    /// - Throws: ``PDFSyntaxError``: as ``object(_:asOf:)``; `malformedObject` after 32 references.
    public func resolve(_ object: PDFObject?, asOf revision: Int? = nil) throws(PDFSyntaxError) -> PDFObject {
        guard var value = object else { return .null }
        for _ in 0..<32 {
            guard case .reference(let reference) = value else { return value }
            value = try self.object(reference, asOf: revision)
        }
        throw PDFSyntaxError(.malformedObject, clause: "ISO 32000-2 §7.3.10", "references that lead in a circle")
    }

    /// The bytes of a stream as they stand in the file, in an encrypted file still encrypted.
    ///
    /// - Throws: ``PDFSyntaxError``: `limitExceeded` when there are more than the budget's bytes; `unreadableSource`.
    public func encodedBytes(of stream: PDFStream) throws(PDFSyntaxError) -> [UInt8] {
        do throws(ByteSourceError) {
            return try source.bytes(at: stream.range.lowerBound, count: stream.range.count)
        } catch { throw PDFSyntaxError(error) }
    }

    /// The bytes of a stream after its filters.
    ///
    /// - Throws: ``PDFSyntaxError``: `unsupportedFilter` for a filter for pictures,
    ///   `limitExceeded` past the budget's bytes or expansion ratio, `malformedStream`.
    public func decodedBytes(of stream: PDFStream, asOf revision: Int? = nil) throws(PDFSyntaxError) -> [UInt8] {
        var room = Int64.max
        return try decodedBytes(of: stream, asOf: revision, within: &room)
    }

    /// As ``decodedBytes(of:asOf:)``, with a limit over many streams.
    ///
    /// - Parameter room: How many octets the filters may give, each counted; what is left of it, also after an error.
    package func decodedBytes(
        of stream: PDFStream, asOf revision: Int?, within room: inout Int64
    ) throws(PDFSyntaxError) -> [UInt8] {
        var source = source
        var range = stream.range
        if let decryption, stream.owner != nil {
            let plain = MemorySource(try decryption.decrypted(stream: stream, encodedBytes(of: stream)))
            (source, range) = (plain, 0..<plain.size)
        }
        return try StreamDecoder(source: source, budget: budget).decoded(
            dictionary: stream.dictionary, range: range, limit: budget.bytes, room: &room
        ) { (object) throws(PDFSyntaxError) in try resolve(object, asOf: revision) }
    }

    /// The catalogue (ISO 32000-2 §7.7.2) as of a revision, with its reference.
    ///
    /// - Throws: ``PDFSyntaxError``: `malformedStructure` when `/Root` is no reference to a dictionary.
    public func catalog(
        asOf revision: Int? = nil
    ) throws(PDFSyntaxError) -> (reference: IndirectReference, dictionary: PDFDictionary) {
        let index = min(max(revision ?? revisions.count - 1, 0), revisions.count - 1)
        guard let reference = revisions[index].trailer["Root"]?.reference,
            let dictionary = try object(reference, asOf: revision).dictionary
        else {
            throw PDFSyntaxError(
                .malformedStructure, clause: "ISO 32000-2 §7.7.2", "/Root is not a reference to a dictionary")
        }
        return (reference, dictionary)
    }

    /// Where the value of a stream's `/Length` may stand; each reads no further than the ones before it, so that reading a
    /// length ends.
    private enum Lengths {
        /// In the stream's dictionary.
        case direct
        /// There or in an object of its own outside object streams, as an object stream's may (ISO 32000-2 §7.5.7).
        case uncompressed
        /// In any object.
        case anyObject
    }

    private func indirectObject(
        _ reference: IndirectReference, asOf revision: Int?, lengths: Lengths
    ) throws(PDFSyntaxError) -> IndirectObject? {
        guard let located = located(reference.number, asOf: revision) else { return nil }
        switch located.entry {
        case .free: return nil
        case .inUse(let offset, let generation):
            guard generation == reference.generation else { return nil }
            if let end = revisions[located.revision].markerEnd, offset >= end {
                throw broken(offset, "an entry that points behind the end of its revision")
            }
            let object = try objectInUse(at: offset, asOf: revision, lengths: lengths)
            guard object.reference == reference else { throw broken(offset, "another object than the entry names") }
            return object
        case .compressed(let stream, let index):
            guard reference.generation == 0 else { return nil }
            let container = try objectStream(stream, asOf: revision)
            guard let value = try container.object(reference.number, at: index, budget: budget) else {
                throw broken(nil, "an object stream that does not hold the object its entry names")
            }
            return IndirectObject(
                reference: reference, value: value, range: nil, valueRanges: [], container: stream)
        }
    }

    private func objectInUse(
        at offset: Int64, asOf revision: Int?, lengths: Lengths
    ) throws(PDFSyntaxError) -> IndirectObject {
        if let known = parsedObjects.object(at: offset) { return try decrypted(known) }
        let reader = ObjectReader(source: objectBytes, budget: budget)
        do throws(PDFSyntaxError) {
            let end = end(ofObjectAt: offset)
            let object = try reader.object(at: offset, end: end, directLength: lengths == .direct) {
                (length) throws(PDFSyntaxError) in
                if lengths == .uncompressed, case .compressed = located(length.number, asOf: revision)?.entry {
                    throw PDFSyntaxError(
                        .malformedStream, at: offset, clause: "ISO 32000-2 §7.5.7",
                        "the /Length of an object stream within an object stream")
                }
                // The length object is an integer; reading it may not need another indirect length.
                return try indirectObject(length, asOf: revision, lengths: .direct)?.value.integer
            }
            parsedObjects.keep(object, at: offset)
            return try decrypted(object)
        } catch {
            guard error.code == .malformedObject, error.offset == offset else { throw error }
            throw broken(offset, error.detail)
        }
    }

    private func decrypted(_ object: IndirectObject) throws(PDFSyntaxError) -> IndirectObject {
        guard let decryption else { return object }
        return IndirectObject(
            reference: object.reference, value: try decryption.decrypted(object.value, of: object.reference),
            range: object.range, valueRanges: object.valueRanges, container: object.container)
    }

    private func objectStream(_ number: Int, asOf revision: Int?) throws(PDFSyntaxError) -> ObjectStream {
        guard let located = located(number, asOf: revision), case .inUse(let offset, 0) = located.entry else {
            throw broken(nil, "an object stream that is not in use")
        }
        if let known = objectStreams.stream(at: offset) { return known }
        if let end = revisions[located.revision].markerEnd, offset >= end {
            throw broken(offset, "an entry that points behind the end of its revision")
        }
        let object = try objectInUse(at: offset, asOf: revision, lengths: .uncompressed)
        guard object.reference == IndirectReference(number), let stream = object.value.stream else {
            throw broken(offset, "another object than the entry names")
        }
        let decoded = try ObjectStream(
            dictionary: stream.dictionary, data: decodedBytes(of: stream, asOf: revision), at: offset, budget: budget)
        guard objectStreams.keep(decoded, at: offset) else {
            throw PDFSyntaxError(LimitExceeded(.bytes, allowed: budget.bytes), at: offset)
        }
        return decoded
    }

    private func broken(_ offset: Int64?, _ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(.brokenCrossReferences, at: offset, clause: "ISO 32000-2 §7.5.4", detail)
    }
}
