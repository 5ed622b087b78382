// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

extension DocumentSecurityStore {
    /// The revision that adds this material to a file, or `nil` when the file has all of it.
    ///
    /// What the store of the file names stays named; new material becomes new streams, uncompressed. VRI dictionaries are
    /// kept and none is written. The catalogue is written again; nothing else of the file changes.
    ///
    /// - Parameter identifier: The second element of the new `/ID`, different for every call.
    /// - Returns: The bytes to append.
    /// - Throws: ``PAdESError``: `unsuitableFile` for a hybrid file, `unreadable`.
    public func appended(to file: PDFFile, identifier: [UInt8]) throws(PAdESError) -> [UInt8]? {
        let present = try DocumentSecurityStore(in: file)
        do throws(PDFSyntaxError) {
            var update = try IncrementalUpdate(of: file)
            var (root, catalog) = try file.catalog()
            var store = try file.resolve(catalog["DSS"]).dictionary ?? ["Type": .name("DSS")]
            var isChanged = false
            let lists: [(PDFName, [[UInt8]], [[UInt8]])] = [
                ("Certs", certificates, present.certificates), ("CRLs", revocationLists, present.revocationLists),
                ("OCSPs", ocspResponses, present.ocspResponses),
            ]
            for (key, wanted, known) in lists {
                let known = Set(known)
                let missing = wanted.filter { !known.contains($0) }
                guard !missing.isEmpty else { continue }
                var array = try file.resolve(store[key]).array ?? []
                for item in missing { array.append(.reference(update.add(stream: [:], bytes: item))) }
                store[key] = .array(array)
                isChanged = true
            }
            guard isChanged else { return nil }
            catalog["DSS"] = .reference(update.add(.dictionary(store)))
            update.set(.dictionary(catalog), for: root)
            return try update.appended(identifier: identifier).bytes
        } catch { throw PAdESError(error) }
    }
}
