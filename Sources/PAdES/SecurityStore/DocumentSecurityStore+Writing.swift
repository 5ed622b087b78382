// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
public import PDFSyntax

/// What of a security store belongs to one signature (`/VRI`, ISO 32000-2 §12.8.4.4).
public struct SignatureInformation: Sendable {
    /// The name under which it stands: SHA-1 of the contents in hexadecimal, upper case. SHA-1 only names here.
    public let name: PDFName
    /// The material.
    public let store: DocumentSecurityStore

    /// Makes the information about a signature.
    ///
    /// - Parameter contents: The bytes of `/Contents` with the zeros that fill its room up.
    /// - Throws: ``CryptoPrimitives/CryptoPrimitivesError`` when SHA-1 is not available.
    public init(contents: [UInt8], _ store: DocumentSecurityStore) throws {
        name = PDFName(Hexadecimal.encode(try DigestAlgorithm.sha1.digest(of: contents)).uppercased())
        self.store = store
    }
}

extension DocumentSecurityStore {
    /// The revision that adds this material to a file, or `nil` when the file has all of it.
    ///
    /// What the store of the file names stays named; new material becomes new streams, uncompressed. The catalogue is
    /// written again; nothing else of the file changes.
    ///
    /// - Parameters:
    ///   - identifier: The second element of the new `/ID`, different for every call.
    ///   - information: What belongs to single signatures; part of it that the store lacks is added to the store.
    /// - Returns: The bytes to append.
    /// - Throws: ``PAdESError``: `unsuitableFile` for a hybrid file, `unreadable`.
    public func appended(
        to file: PDFFile, identifier: [UInt8], information: [SignatureInformation] = []
    ) throws(PAdESError) -> [UInt8]? {
        var reader = SecurityStoreReader(file: file, revision: nil, keepsPlaces: true)
        let present = try reader.read()
        let all = information.reduce(self) { store, item in
            DocumentSecurityStore(
                certificates: store.certificates + item.store.certificates,
                revocationLists: store.revocationLists + item.store.revocationLists,
                ocspResponses: store.ocspResponses + item.store.ocspResponses)
        }
        do throws(PDFSyntaxError) {
            var update = try IncrementalUpdate(of: file)
            var (root, catalog) = try file.catalog()
            var store = try file.resolve(catalog["DSS"]).dictionary ?? ["Type": .name("DSS")]
            var references = reader.references
            var isChanged = false
            let lists: [(PDFName, [[UInt8]], [[UInt8]])] = [
                ("Certs", all.certificates, present.certificates),
                ("CRLs", all.revocationLists, present.revocationLists),
                ("OCSPs", all.ocspResponses, present.ocspResponses),
            ]
            for (key, wanted, known) in lists {
                let known = Set(known.map(OctetString.init))
                let missing = wanted.filter { !known.contains(OctetString($0)) }
                guard !missing.isEmpty else { continue }
                var array = try file.resolve(store[key]).array ?? []
                for item in missing {
                    let reference = update.add(stream: [:], bytes: item)
                    references[OctetString(item)] = reference
                    array.append(.reference(reference))
                }
                store[key] = .array(array)
                isChanged = true
            }
            var entries = try file.resolve(store["VRI"]).dictionary ?? [:]
            for item in information {
                let before = try file.resolve(entries[item.name]).dictionary ?? [:]
                let after = try item.merged(into: before, of: file, references)
                guard after != before else { continue }
                entries[item.name] = .reference(update.add(.dictionary(after)))
                store["VRI"] = .dictionary(entries)
                isChanged = true
            }
            guard isChanged else { return nil }
            catalog["DSS"] = .reference(update.add(.dictionary(store)))
            update.set(.dictionary(catalog), for: root)
            return try update.appended(identifier: identifier).bytes
        } catch { throw PAdESError(error) }
    }
}

extension SignatureInformation {
    /// The entry with references to what is missing in it.
    fileprivate func merged(
        into entry: PDFDictionary, of file: PDFFile, _ references: [OctetString: IndirectReference]
    ) throws(PDFSyntaxError) -> PDFDictionary {
        var entry = entry
        let lists: [(PDFName, [[UInt8]])] = [
            ("Cert", store.certificates), ("CRL", store.revocationLists), ("OCSP", store.ocspResponses),
        ]
        for (key, items) in lists {
            var array = try file.resolve(entry[key]).array ?? []
            for reference in items.compactMap({ references[OctetString($0)] })
            where !array.contains(.reference(reference)) {
                array.append(.reference(reference))
            }
            if !array.isEmpty { entry[key] = .array(array) }
        }
        return entry
    }
}
