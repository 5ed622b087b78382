// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A PDF file as the list of its revisions (ISO 32000-2 §7.5), read strictly.
///
/// Cross-references are never recovered by scanning: whoever looks at a signed file must see the objects that the file's
/// own cross-references name, or nothing. Objects are read when asked for; object streams are kept, decoded, up to 64 MiB,
/// and what was parsed last, up to some 8 MiB.
///
/// Not checked here: what the objects mean, except the cross-reference and object streams themselves.
public struct PDFFile: Sendable {
    /// The bytes.
    public let source: any ByteSource
    /// The limits that reading keeps.
    public let budget: Budget
    /// Major and minor version of the header line; the catalogue's `/Version` may be higher.
    public let headerVersion: PDFVersion
    /// The revisions, oldest first; never empty.
    public let revisions: [PDFRevision]
    /// Whether the first revision is linearized (Annex F): its two cross-reference sections form one revision.
    public let isLinearized: Bool
    /// The bytes behind the last revision and the white space that follows it; empty in a sound file.
    public let trailingBytes: Range<Int64>

    private let history: ObjectHistory
    /// The offsets of all objects outside object streams, in all revisions, ascending.
    private let offsets: [Int64]
    let objectStreams: ObjectStreamCache
    let parsedObjects = ParsedObjects()
    /// The bytes as objects are read.
    let objectBytes: ReadAheadSource
    private(set) var decryption: Decryption?

    /// Whether the file is encrypted; it can be read then, but not written.
    public var isEncrypted: Bool { decryption != nil }

    /// Whether any revision mixes tables and streams (`/XRefStm`, §7.5.8.4).
    ///
    /// Two readers may see two documents in such a
    /// file, so it can be read, but not be signed; its signatures can be relied on only where both see the same.
    public var isHybrid: Bool { revisions.contains(where: \.isHybrid) }

    /// The newest revision.
    public var newest: PDFRevision { revisions[revisions.count - 1] }

    /// The newest trailer dictionary.
    public var trailer: PDFDictionary { newest.trailer }

    /// Reads header, cross-references and trailers of all revisions.
    ///
    /// - Parameter password: The user's or the owner's password of an encrypted file (§7.6, revisions 2 to 6 of the
    ///   standard handler). Many files have an empty one, which is tried when there is none here. It is not kept.
    /// - Throws: ``PDFSyntaxError``: `notAPDF`, `brokenCrossReferences`, `passwordRequired`, `encrypted`, `limitExceeded`
    ///   and those of the objects read.
    /// - Complexity: linear in the size of the cross-references; the rest of the file is not read.
    public init(reading source: some ByteSource, budget: Budget = .standard, password: String? = nil)
        throws(PDFSyntaxError)
    {
        guard source.size <= budget.fileBytes else {
            throw PDFSyntaxError(LimitExceeded(.bytes, allowed: budget.fileBytes))
        }
        self.source = source
        self.budget = budget
        headerVersion = try PDFVersion(header: source)
        let assembled = try RevisionAssembly(source: source, budget: budget)
        revisions = assembled.revisions
        isLinearized = assembled.isLinearized
        trailingBytes = assembled.trailingBytes
        history = ObjectHistory(revisions)
        var offsets = revisions.flatMap(\.entries.offsets)
        offsets.sort()
        self.offsets = offsets
        objectBytes = ReadAheadSource(source)
        objectStreams = ObjectStreamCache(limit: budget.bytes)
        decryption = try opened(with: password)
    }

    /// How the file's strings and streams are decrypted; `nil` for a file that is not encrypted.
    private func opened(with password: String?) throws(PDFSyntaxError) -> Decryption? {
        let entries = revisions.map { revision in revision.trailer["Encrypt"].flatMap { $0.isNull ? nil : $0 } }
        guard let newest = entries.last ?? nil else {
            guard entries.allSatisfy({ $0 == nil }) else { throw mixed() }
            return nil
        }
        // What one revision encrypts, another must not show as plain.
        guard entries.allSatisfy({ $0 == newest }) else { throw mixed() }
        if let number = newest.reference?.number {
            let last = history.lastRevision(listing: number, upTo: revisions.count - 1)
            guard let last, last == 0 || history.lastRevision(listing: number, upTo: last - 1) == nil else {
                throw mixed()
            }
        }
        guard let dictionary = try resolve(newest).dictionary else {
            throw PDFSyntaxError(.malformedStructure, clause: "ISO 32000-2 §7.6.2", "/Encrypt is no dictionary")
        }
        let identifier = try resolve(revisions[0].trailer["ID"] ?? trailer["ID"]).array?.first?.string ?? []
        let handler = try EncryptionDictionary(dictionary)
        do throws(PDFSyntaxError) {
            return try Decryption(
                handler, reference: newest.reference, identifier: identifier, password: password ?? "")
        } catch {
            // The empty password opens what anybody may read, whatever was given.
            guard error.code == .passwordRequired, password?.isEmpty == false,
                let open = try? Decryption(
                    handler, reference: newest.reference, identifier: identifier, password: "")
            else { throw error }
            return open
        }
    }

    private func mixed() -> PDFSyntaxError {
        PDFSyntaxError(.encrypted, clause: "ISO 32000-2 §7.6.2", "revisions that are not encrypted alike")
    }

    /// Where an object is as of a revision (the newest when `nil`); `nil` when it was never listed.
    public func entry(for number: Int, asOf revision: Int? = nil) -> CrossReferenceEntry? {
        located(number, asOf: revision)?.entry
    }

    /// The revision whose entry for an object number holds as of a revision (the newest when `nil`).
    public func revisionOfLastChange(of number: Int, asOf revision: Int? = nil) -> Int? {
        located(number, asOf: revision)?.revision
    }

    func located(_ number: Int, asOf revision: Int?) -> (revision: Int, entry: CrossReferenceEntry)? {
        let limit = min(revision ?? revisions.count - 1, revisions.count - 1)
        guard let last = history.lastRevision(listing: number, upTo: limit),
            let entry = revisions[last].entries[number]
        else { return nil }
        return (last, entry)
    }

    /// The numbers of the objects that readers who pass over `/XRefStm` see elsewhere than others, or not at all, as of a
    /// revision (§7.5.8.4); none in a file that is not hybrid.
    public func objectsSeenOtherwise(asOf revision: Int) -> Set<Int> {
        var candidates: Set<Int> = []
        for earlier in revisions.prefix(revision + 1) { candidates.formUnion(earlier.tableOnly.keys) }
        return candidates.filter { number in
            var byTable: CrossReferenceEntry?
            var next: Int? = revision
            while let limit = next, let (index, entry) = located(number, asOf: limit), byTable == nil {
                if let listed = revisions[index].tableOnly[number] { byTable = listed } else { byTable = entry }
                next = index > 0 ? index - 1 : nil
            }
            let full = entry(for: number, asOf: revision)
            // Where both list the object, at different places, readers should take the table's; not all do.
            if let place = located(number, asOf: revision)?.revision, let listed = revisions[place].tableOnly[number],
                listed?.isInUse == true
            {
                return true
            }
            return (byTable?.isInUse ?? false) != (full?.isInUse ?? false)
                || byTable?.isInUse == true && byTable != full
        }
    }

    /// Where the next object begins, or the file ends.
    func end(ofObjectAt offset: Int64) -> Int64 {
        var (low, high) = (0, offsets.count)
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return low < offsets.count ? offsets[low] : source.size
    }

    /// Whether the cross-references of any revision name an offset as the place of an object.
    package func listsObject(at offset: Int64) -> Bool {
        offset > 0 && end(ofObjectAt: offset - 1) == offset && offset != source.size
    }

    /// The identity of the object in use under a number as of a revision (the newest when `nil`); `nil` for a free number.
    public func reference(of number: Int, asOf revision: Int? = nil) -> IndirectReference? {
        Self.reference(number, entry(for: number, asOf: revision))
    }

    /// The references of all objects in use as of a revision, in the order of their numbers.
    public func objectsInUse(asOf revision: Int? = nil) -> [IndirectReference] {
        var references: [IndirectReference] = []
        forEachObjectInUse(asOf: revision) { references.append($0) }
        return references
    }

    /// Calls a closure for each object in use as of a revision, in the order of their numbers.
    package func forEachObjectInUse<E>(
        asOf revision: Int?, _ body: (IndirectReference) throws(E) -> Void
    ) throws(E) {
        try history.forEachNumber { (number) throws(E) in
            if let reference = reference(of: number, asOf: revision) { try body(reference) }
        }
    }

    /// What a revision does to the objects before it, in the order of their numbers.
    ///
    /// An entry that repeats the place which the object already has is no change. For revision 0 everything is added.
    public func changes(in revision: Int) -> [ObjectChange] {
        guard revisions.indices.contains(revision) else { return [] }
        let start = revision == 0 ? 0 : revisions[revision - 1].markerEnd ?? revisions[revision - 1].startOffset
        var changes: [ObjectChange] = []
        for (number, entry) in revisions[revision].entries where number != 0 {
            let before = revision == 0 ? nil : self.entry(for: number, asOf: revision - 1)
            guard entry != before else { continue }
            let earlier = Self.reference(number, before)
            guard let reference = Self.reference(number, entry) else {
                if let earlier { changes.append(ObjectChange(reference: earlier, kind: .freed, pointsBack: false)) }
                continue
            }
            let place: Int64? =
                switch entry {
                case .inUse(let offset, _): offset
                case .compressed(let stream, _):
                    if case .inUse(let offset, _) = self.entry(for: stream, asOf: revision) { offset } else { nil }
                case .free: nil
                }
            let kind: ObjectChange.Kind = earlier == nil ? .added : .changed
            changes.append(ObjectChange(reference: reference, kind: kind, pointsBack: (place ?? 0) < start))
        }
        return changes
    }

    private static func reference(_ number: Int, _ entry: CrossReferenceEntry?) -> IndirectReference? {
        switch entry {
        case .inUse(_, let generation): IndirectReference(number, generation: generation)
        case .compressed: IndirectReference(number)
        case .free, nil: nil
        }
    }
}
