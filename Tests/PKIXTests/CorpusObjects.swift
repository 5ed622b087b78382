// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import PKIX
import TestSupport

/// Certificates and revocation lists of the third-party folders, as DER.
enum CorpusObjects {
    struct Object: Sendable {
        /// Path below the corpora.
        let name: String
        let isList: Bool
        let der: [UInt8]
    }

    static let folders = ["pkits/certs", "pkits/crls", "vietnam", "botan/src", "openssl/test"]

    /// Further folders, whose certificates nobody else looks at.
    static let furtherFolders = ["pyhanko", "xmlsec", "dss", "digidoc4j"]

    /// Every object of ``folders``, or an empty list after printing that the cases are skipped.
    static let all = objects(below: folders)

    /// Every object of all folders once, whichever files carry it.
    static let distinct: [Object] = {
        var seen: Set<[UInt8]> = []
        return (all + objects(below: furtherFolders)).filter { seen.insert($0.der).inserted }
    }()

    private static func objects(below folders: [String]) -> [Object] {
        guard let root = Corpora.path("pkits", cases: "certificates and lists of other producers") else { return [] }
        let corpora = root.deletingLastPathComponent()
        var found: [Object] = []
        for folder in folders {
            let start = corpora.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: start.path())?.compactMap { $0 as? String } ?? []
            for name in names.sorted() {
                guard ["crt", "pem", "der", "crl", "cer"].contains((name as NSString).pathExtension),
                    let data = try? Data(contentsOf: start.appending(path: name))
                else { continue }
                found += objects(in: Array(data), named: "\(folder)/\(name)")
            }
        }
        return found
    }

    private static func objects(in file: [UInt8], named name: String) -> [Object] {
        if file.first == 0x30 {
            // OCSP responses of the corpora share the ending `.der`.
            guard !name.contains("/ocsp/") else { return [] }
            return [Object(name: name, isList: name.hasSuffix(".crl"), der: file)]
        }
        let blocks = (try? PEM.blocks(in: file)) ?? []
        return blocks.filter { $0.label == "CERTIFICATE" || $0.label == "X509 CRL" }.map {
            Object(name: name, isList: $0.label == "X509 CRL", der: $0.bytes)
        }
    }
}
