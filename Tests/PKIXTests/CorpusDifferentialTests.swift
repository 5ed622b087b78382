// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

@Suite struct `Certificates and lists of other producers (RFC 5280 4 and 5)` {
    private func ask(_ objects: [CorpusObjects.Object]) throws -> [[String: Any]?]? {
        guard !objects.isEmpty else { return nil }
        let requests = objects.map { ["kind": $0.isList ? "list" : "certificate", "der": Hexadecimal.encode($0.der)] }
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/pkix_peer.py", input: JSONSerialization.data(withJSONObject: requests),
                cases: "\(objects.count) certificates and lists against PyPI cryptography")
        else { return nil }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let answers = try JSONSerialization.jsonObject(with: outcome.output) as? [Any]
        return answers?.map { $0 as? [String: Any] }
    }

    /// Both sides as text, so that one comparison names the member that differs.
    private func differences(_ ours: [String: String?], _ theirs: [String: Any]) -> [String] {
        ours.compactMap { name, value in
            let other = theirs[name].map { $0 is NSNull ? "nil" : "\($0)" } ?? "nil"
            return (value ?? "nil") == other ? nil : "\(name): \(value ?? "nil"), the peer reads \(other)"
        }
    }

    @Test func `cryptography reads the same in every certificate`() throws {
        let objects = CorpusObjects.all.filter { !$0.isList }
        guard let answers = try ask(objects) else { return }
        var compared = 0
        var refused = 0
        for (object, answer) in zip(objects, answers) {
            let ours = try? Certificate(parsing: object.der)
            guard let ours, let answer else {
                // A refusal of one side only must have a reason that stands here.
                #expect(ours == nil || Self.readHereOnly(object.name), "\(object.name): only we read it")
                #expect(answer == nil || Self.refusedHereOnly(object.name), "\(object.name): only the peer reads it")
                refused += 1
                continue
            }
            compared += 1
            let different = try differences(members(of: ours), answer)
            #expect(different.isEmpty, "\(object.name)")
            let types = ours.subject.relativeNames.joined().map(\.type.description)
            #expect(types == answer["subjectTypes"] as? [String], "\(object.name)")
            let texts = ours.subject.relativeNames.joined().map(\.text)
            #expect(texts == (answer["subjectTexts"] as? [Any])?.map { $0 as? String }, "\(object.name)")
            let extensions = ours.extensions.map { "\($0.identifier) \($0.isCritical)" }
            let theirs = (answer["extensions"] as? [[Any]])?.map { "\($0[0]) \(($0[1] as? Bool) == true)" }
            #expect(extensions == theirs, "\(object.name)")
            let usage = ours.keyUsage.map { usage in (0..<7).map { usage.bitNumbers.contains($0) } }
            #expect(usage == answer["usage"] as? [Bool], "\(object.name)")
            #expect(ours.extendedKeyUsage?.map(\.description) == answer["purposes"] as? [String], "\(object.name)")
        }
        print("certificates against PyPI cryptography: \(compared) the same, \(refused) refused")
        #expect(compared > 600)
    }

    /// What cryptography refuses although its syntax can be read.
    private static func readHereOnly(_ name: String) -> Bool {
        // A DEFAULT that is written out in the PSS parameters: not DER, but without any second meaning.
        name.contains("pss_certs/01/")
            // DSA keys that inherit their parameters (RFC 3279 2.3.2): absent parameters are no fault of the syntax.
            || name.contains("DSAParameter")
    }

    /// What cryptography reads although it can never be valid.
    private static func refusedHereOnly(_ name: String) -> Bool {
        // A signature value of a number of bits that is no multiple of eight.
        ["BadSignedCACert", "BadCRLSignatureCACRL", "InvalidDSASignatureTest6EE", "InvalidEESignatureTest3EE"].contains
        {
            name.contains($0)
        }
    }

    private func members(of certificate: Certificate) throws -> [String: String?] {
        let kind: String? =
            switch try? certificate.subjectPublicKeyInfo.publicKey().kind {
            case .rsa(let bits): "rsa \(bits)"
            case .elliptic(let curve): "ec \(Self.curveNames[curve] ?? curve.rawValue)"
            case .ed25519: "Ed25519PublicKey"
            case .ed448: "Ed448PublicKey"
            case nil: nil
            }
        var members: [String: String?] = [
            "version": "\(certificate.version)", "serial": Hexadecimal.encode(certificate.serialNumber),
            "notBefore": "\(certificate.notBefore.seconds)", "notAfter": "\(certificate.notAfter.seconds)",
            "signed": Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: certificate.signedBytes)),
            "signature": Hexadecimal.encode(certificate.signature),
            "algorithm": certificate.signatureAlgorithm.algorithm.description,
            "commonName": certificate.subject.commonName,
            "pathLength": certificate.basicConstraints?.pathLength.map { "\($0)" },
            "subjectKey": certificate.subjectKeyIdentifier.map { Hexadecimal.encode($0) },
            "authorityKey": certificate.authorityKeyIdentifier.map { Hexadecimal.encode($0) },
        ]
        // Keys that only one side knows (DSA) are compared elsewhere.
        if let kind { members["keyKind"] = kind }
        return members
    }

    private static let curveNames: [EllipticCurve: String] = [
        .p256: "secp256r1", .p384: "secp384r1", .p521: "secp521r1",
    ]

    @Test func `cryptography reads the same in every revocation list`() throws {
        let objects = CorpusObjects.all.filter(\.isList)
        guard let answers = try ask(objects) else { return }
        var compared = 0
        var entries = 0
        for (object, answer) in zip(objects, answers) {
            let ours = try? CertificateRevocationList(parsing: object.der)
            guard let ours, let answer else {
                #expect(
                    ours == nil || answer != nil || Self.readHereOnly(object.name), "\(object.name): only we read it")
                #expect(answer == nil || Self.refusedHereOnly(object.name), "\(object.name): only the peer reads it")
                continue
            }
            compared += 1
            let members: [String: String?] = [
                "thisUpdate": "\(ours.thisUpdate.seconds)", "nextUpdate": ours.nextUpdate.map { "\($0.seconds)" },
                "authorityKey": ours.authorityKeyIdentifier.map { Hexadecimal.encode($0) },
            ]
            #expect(differences(members, answer).isEmpty, "\(object.name)")
            #expect(
                ours.issuer.relativeNames.joined().map(\.text)
                    == (answer["issuerTexts"] as? [Any])?.map { $0 as? String }, "\(object.name)")
            for entry in answer["entries"] as? [[Any]] ?? [] {
                let serial = try #require((entry[0] as? String).flatMap { Hexadecimal.decode($0) })
                // An indirect list may name one number under several issuers.
                // A critical extension of an entry makes the list silent (RFC 5280 5.3).
                if ours.issuingDistributionPoint?.isIndirect == true { continue }
                if object.name.contains("UnknownCRLEntryExtension") { continue }
                let found = try #require(try ours.entry(for: serial), "\(object.name): \(entry)")
                #expect(found.revocationDate.seconds == entry[1] as? Int64 ?? Int64(entry[1] as? Int ?? -1))
                #expect(Self.reasonNames[found.reason] == .some(entry[2] as? String), "\(object.name)")
                entries += 1
            }
            #expect((try? ours.entry(for: [0x7a, 0x7a, 0x7a])) == .some(nil), "\(object.name)")
        }
        print("revocation lists against PyPI cryptography: \(compared) the same, with \(entries) entries")
        #expect(compared > 150)
    }

    private static let reasonNames: [RevocationReason?: String?] = [
        nil: nil, .unspecified: "unspecified", .keyCompromise: "keyCompromise", .caCompromise: "cACompromise",
        .affiliationChanged: "affiliationChanged", .superseded: "superseded",
        .cessationOfOperation: "cessationOfOperation", .certificateHold: "certificateHold",
        .removeFromCRL: "removeFromCRL", .privilegeWithdrawn: "privilegeWithdrawn", .aaCompromise: "aACompromise",
    ]

    @Test func `the Vietnamese roots and authorities are read and their signatures verify`() throws {
        guard let corpora = Corpora.path("manifests/vietnam.jsonl", cases: "Vietnamese roots and authorities") else {
            return
        }
        let rows = try String(contentsOf: corpora, encoding: .utf8).split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String]
        }
        let certificates = CorpusObjects.all.filter { $0.name.hasPrefix("vietnam") && !$0.isList }
            .compactMap { try? Certificate(parsing: $0.der) }
        var verified = 0
        var bundles = 0
        for row in rows {
            let name = try #require(row["file"])
            let file = try Data(
                contentsOf: corpora.deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: name))
            switch row["format"] {
            case "root", "sub CA":
                let certificate = try #require(try Certificate.all(in: Array(file)).first)
                let issuers = certificates.filter { $0.subject == certificate.issuer }
                let isSigned = try issuers.contains {
                    try certificate.isSigned(by: $0.subjectPublicKeyInfo.publicKey())
                }
                #expect(isSigned, "\(name)")
                #expect(certificate.isSelfIssued == (row["format"] == "root"), "\(name)")
                verified += 1
            case let format? where format.hasPrefix("root bundle"):
                // Trap 3 of the corpora: some bundles are BER of indefinite length, which the DER reader refuses.
                if let bundle = try? SignedData(parsing: Array(file)) {
                    #expect(bundle.unreadable.isEmpty && bundle.signers.isEmpty, "\(name)")
                    for root in bundle.certificates {
                        let issuers = bundle.certificates.filter { $0.subject == root.issuer } + certificates
                        let isSigned = try issuers.contains {
                            try root.isSigned(by: $0.subjectPublicKeyInfo.publicKey())
                        }
                        #expect(isSigned, "\(name): \(root.subject)")
                    }
                    bundles += 1
                } else {
                    #expect(file.prefix(2) == Data([0x30, 0x80]), "\(name): refused although not of indefinite length")
                }
            default: continue
            }
        }
        print("Vietnamese authorities: \(verified) verified, \(bundles) bundles read; BER bundles are refused")
        #expect(verified == 7 && bundles >= 2)
    }
}
