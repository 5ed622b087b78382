// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing

@testable import PKIX

/// Extensions of real certificates: those of the Vietnamese authorities above all.
@Suite struct `Extensions that path validation reads, in certificates of the corpora` {
    private func certificates(in folder: String) throws -> [(name: String, certificate: Certificate)] {
        guard let root = Corpora.path(folder, cases: "certificates of \(folder)"),
            let walk = FileManager.default.enumerator(atPath: root.path())
        else { return [] }
        let names = walk.compactMap { $0 as? String }.sorted().filter { name in
            ["crt", "cer", "pem", "der"].contains { name.lowercased().hasSuffix("." + $0) }
        }
        return names.flatMap { name -> [(String, Certificate)] in
            guard let data = try? Data(contentsOf: root.appending(path: name)) else { return [] }
            return ((try? Certificate.all(in: Array(data))) ?? []).map { (name, $0) }
        }
    }

    @Test(arguments: ["vietnam", "pkits", "botan", "pyhanko"])
    func `none of them is malformed`(_ folder: String) throws {
        let found = try certificates(in: folder)
        let malformed = found.filter { PathConstraints($0.certificate).isMalformed }.map(\.name)
        // Attribute authorities are not judged here, and NIST's suite has an extension that nobody knows.
        let unprocessed = found.filter { PathConstraints($0.certificate).hasUnprocessed }.map(\.name).filter {
            !$0.contains("attribute-certs") && !$0.contains("UnknownCritical")
        }
        print("\(folder): \(found.count) certificates, critical and not processed in \(unprocessed.count)")
        #expect(malformed.isEmpty, "\(malformed)")
        #expect(unprocessed.isEmpty, "\(unprocessed)")
    }
}
