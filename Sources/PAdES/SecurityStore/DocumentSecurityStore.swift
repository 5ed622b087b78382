// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PDFSyntax

/// The validation material that a document carries (`/DSS`, ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4).
///
/// The bytes are given as they are: whether they are certificates, lists or responses at all, and whether they fit a
/// signature, is not checked here.
public struct DocumentSecurityStore: Sendable, Hashable {
    /// DER of certificates, each once, in the order of the file.
    public var certificates: [[UInt8]]
    /// DER of certificate revocation lists, each once.
    public var revocationLists: [[UInt8]]
    /// DER of OCSP responses, each once.
    public var ocspResponses: [[UInt8]]

    /// Whether there is nothing in it.
    public var isEmpty: Bool { certificates.isEmpty && revocationLists.isEmpty && ocspResponses.isEmpty }

    /// Makes a store; repetitions are dropped.
    public init(certificates: [[UInt8]] = [], revocationLists: [[UInt8]] = [], ocspResponses: [[UInt8]] = []) {
        self.certificates = Self.unique(certificates)
        self.revocationLists = Self.unique(revocationLists)
        self.ocspResponses = Self.unique(ocspResponses)
    }

    /// Reads the store of one revision (the newest when `nil`); empty when there is none.
    ///
    /// Material that only a VRI dictionary names counts too. A stream that cannot be decoded is left out.
    ///
    /// - Throws: ``PAdESError``: `unreadable`; `limitExceeded` for more streams than the budget has objects, or more
    ///   decoded bytes than it has bytes.
    public init(in file: PDFFile, asOf revision: Int? = nil) throws(PAdESError) {
        var reader = SecurityStoreReader(file: file, revision: revision)
        self = try reader.read()
    }

    /// The material of all revisions together: what a later revision no longer names still helps to judge an old signature.
    ///
    /// - Throws: as ``init(in:asOf:)``.
    public static func ofAllRevisions(in file: PDFFile) throws(PAdESError) -> DocumentSecurityStore {
        let added = try addedByRevision(in: file)
        return DocumentSecurityStore(
            certificates: added.flatMap(\.certificates), revocationLists: added.flatMap(\.revocationLists),
            ocspResponses: added.flatMap(\.ocspResponses))
    }

    /// What each revision added, oldest first: what stands in the file up to a revision is all of it until then.
    ///
    /// - Throws: as ``init(in:asOf:)``.
    static func addedByRevision(in file: PDFFile) throws(PAdESError) -> [DocumentSecurityStore] {
        var added: [DocumentSecurityStore] = []
        var seen: Set<SecurityStoreReader.Place> = []
        var bytes: Int64 = 0
        for revision in file.revisions.indices {
            var reader = SecurityStoreReader(file: file, revision: revision)
            reader.seen = seen
            reader.bytes = bytes
            added.append(try reader.read())
            seen = reader.seen
            bytes = reader.bytes
        }
        return added
    }

    private static func unique(_ items: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<OctetString> = []
        return items.filter { seen.insert(OctetString($0)).inserted }
    }
}

/// Follows the arrays of a store to their streams.
struct SecurityStoreReader {
    let file: PDFFile
    let revision: Int?
    /// One state of one object.
    struct Place: Hashable {
        let reference: IndirectReference
        let writtenIn: Int?
    }
    /// Streams that were read already.
    var seen: Set<Place> = []
    /// Bytes decoded so far.
    var bytes: Int64 = 0
    /// Whether ``references`` are wanted.
    private let keepsPlaces: Bool
    /// Where each item stands, by its bytes.
    private(set) var references: [OctetString: IndirectReference] = [:]

    init(file: PDFFile, revision: Int?, keepsPlaces: Bool = false) {
        self.file = file
        self.revision = revision
        self.keepsPlaces = keepsPlaces
    }

    mutating func read() throws(PAdESError) -> DocumentSecurityStore {
        do throws(PDFSyntaxError) {
            let catalog = try file.catalog(asOf: revision).dictionary
            guard let store = try file.resolve(catalog["DSS"], asOf: revision).dictionary else {
                return DocumentSecurityStore()
            }
            var certificates = try streams(store["Certs"])
            var lists = try streams(store["CRLs"])
            var responses = try streams(store["OCSPs"])
            let information = try file.resolve(store["VRI"], asOf: revision).dictionary ?? [:]
            for key in information.keys {
                guard let entry = try file.resolve(information[key], asOf: revision).dictionary else { continue }
                certificates += try streams(entry["Cert"])
                lists += try streams(entry["CRL"])
                responses += try streams(entry["OCSP"])
            }
            return DocumentSecurityStore(
                certificates: certificates, revocationLists: lists, ocspResponses: responses)
        } catch {
            guard error.code != .limitExceeded else { throw PAdESError(.limitExceeded, error.detail) }
            throw PAdESError(error)
        }
    }

    private mutating func streams(_ value: PDFObject?) throws(PDFSyntaxError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for element in try file.resolve(value, asOf: revision).array ?? [] {
            guard let reference = element.reference else { continue }
            let writtenIn = file.revisionOfLastChange(of: reference.number, asOf: revision)
            guard seen.insert(Place(reference: reference, writtenIn: writtenIn)).inserted else { continue }
            guard let stream = try file.object(reference, asOf: revision).stream else { continue }
            do throws(PDFSyntaxError) {
                let decoded = try file.decodedBytes(of: stream, asOf: revision)
                bytes += Int64(decoded.count)
                found.append(decoded)
                if keepsPlaces { references[OctetString(decoded)] = references[OctetString(decoded)] ?? reference }
            } catch {
                guard error.code != .limitExceeded else { throw error }
            }
            guard bytes <= file.budget.bytes, seen.count <= file.budget.objects else {
                throw PDFSyntaxError(.limitExceeded, "a security store beyond the budget")
            }
        }
        return found
    }
}
