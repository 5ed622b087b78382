// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import Foundation
import PKIX
import TestPKI
import TestSupport
import Testing

/// OCSP responses and time-stamp tokens of the third-party folders, as DER.
enum CorpusAnswers {
    struct Object: Sendable {
        /// Path below the corpora.
        let name: String
        let der: [UInt8]
    }

    static let responses: [Object] = files(["openssl/test/ocsp-tests", "botan/src/tests/data/x509/ocsp"]) {
        name, file in
        if name.hasSuffix(".ors") {
            return Data(base64Encoded: Data(file), options: .ignoreUnknownCharacters).map { [Array($0)] } ?? []
        }
        return name.hasSuffix(".der") ? [file] : []
    }

    /// Tokens on their own, in responses, and in the unsigned attributes of CMS signatures.
    static let tokens: [Object] = files(["dss"]) { name, file in
        switch (name as NSString).pathExtension {
        case "tsr", "tst": return [(try? TimeStampResponse(parsing: file).token?.bytes) ?? file]
        case "p7s", "p7m", "pkcs7":
            guard let signed = try? SignedData(parsing: file) else { return [] }
            return signed.signers.flatMap(\.unsignedAttributes).filter { $0.type == .signatureTimeStamp }
                .flatMap(\.values).map(\.bytes)
        default: return []
        }
    }

    private static func files(_ folders: [String], _ read: (String, [UInt8]) -> [[UInt8]]) -> [Object] {
        guard let root = Corpora.folder else {
            print("skipped: answers of other producers: no test data (set DOSSIER_CORPORA)")
            return []
        }
        var found: [Object] = []
        for folder in folders {
            let start = root.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: start.path())?.compactMap { $0 as? String } ?? []
            for name in names.sorted() {
                let wanted = ["ors", "der", "tsr", "tst", "p7s", "p7m", "pkcs7"]
                guard wanted.contains((name as NSString).pathExtension),
                    let file = try? Data(contentsOf: start.appending(path: name)), file.count < 1 << 18
                else { continue }
                found += read(name, Array(file)).map { Object(name: "\(folder)/\(name)", der: $0) }
            }
        }
        return found
    }
}

@Suite struct `Damaged OCSP responses and time-stamp tokens give a value or a typed error` {
    /// Reads a response and touches what a verifier would touch.
    private func readResponse(_ bytes: [UInt8]) -> Bool {
        // Nothing but ``DERSyntaxError`` is thrown; the compiler sees to it.
        guard let response = try? OCSPResponse(parsing: bytes) else { return false }
        guard let basic = response.basic else { return true }
        for certificate in basic.certificates { _ = basic.names(certificate) }
        _ = basic.scheme
        return true
    }

    private func readToken(_ bytes: [UInt8]) -> Bool {
        guard let token = try? TimeStampToken(parsing: bytes) else { return false }
        _ = token.information.bounds
        _ = token.faults(answering: TimeStampRequest(token.information.imprint))
        return true
    }

    /// Cuts and changes every object, also those that cannot be read as they are.
    private func check(_ objects: [CorpusAnswers.Object], _ what: String, _ read: ([UInt8]) -> Bool) {
        let seed: UInt64 = 2560
        var generator = SeededGenerator(seed: seed)
        var (cuts, readable, refused) = (0, 0, 0)
        var unreadable: [String] = []
        for object in objects {
            if !read(object.der) { unreadable.append(object.name) }
            for length in object.der.cutLengths(50) {
                #expect(!read(Array(object.der.prefix(length))), "\(object.name) cut at \(length)")
                cuts += 1
            }
            for _ in 0..<500 {
                if read(object.der.changingOneByte(&generator)) { readable += 1 } else { refused += 1 }
            }
        }
        print(
            "\(what): \(objects.count), not readable: \(unreadable); \(cuts) cuts refused; 500 changes each from seed "
                + "\(seed): \(readable) readable, "
                + "\(refused) refused")
    }

    @Test func `responses cut or changed`() {
        let objects = CorpusAnswers.responses
        check(objects, "OCSP responses", readResponse)
        #expect(Corpora.folder == nil || objects.count > 30)
    }

    @Test func `tokens cut or changed`() {
        // Each token once, whichever files carry it.
        var seen: Set<[UInt8]> = []
        let objects = CorpusAnswers.tokens.filter { seen.insert($0.der).inserted }
        check(objects, "time-stamp tokens", readToken)
        #expect(Corpora.folder == nil || !objects.isEmpty)
    }

    @Test func `requests and responses of our own, cut or changed`() throws {
        let fixture = try ServicesFixture.shared.get()
        let identifier = try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate)
        let query = TimeStampRequest(try MessageImprint(of: [1]), nonce: [1, 2], policy: "1.2.3")
        func object(_ name: String, _ der: [UInt8]) -> [CorpusAnswers.Object] { [.init(name: name, der: der)] }
        check(object("request", OCSPRequest([identifier], nonce: [1]).bytes), "OCSP request") {
            (try? OCSPRequest(parsing: $0)) != nil
        }
        check(object("query", query.bytes), "time-stamp request") { (try? TimeStampRequest(parsing: $0)) != nil }
        let response = fixture.authority.response(to: query.bytes, at: ServicesFixture.now)
        check(object("response", response), "time-stamp response") { (try? TimeStampResponse(parsing: $0)) != nil }
    }

    @Test func `a damaged request never stops a responder or an authority`() throws {
        let fixture = try ServicesFixture.shared.get()
        let identifier = try OCSPCertificateID(of: fixture.citizen.certificate, issuer: fixture.issuing.certificate)
        let request = OCSPRequest([identifier], nonce: [1]).bytes
        let query = TimeStampRequest(try MessageImprint(of: [1])).bytes
        var generator = SeededGenerator(seed: 5816)
        for _ in 0..<200 {
            let answer = fixture.responder.response(to: request.changingOneByte(&generator), at: ServicesFixture.now)
            _ = try OCSPResponse(parsing: answer)
            let reply = fixture.authority.response(to: query.changingOneByte(&generator), at: ServicesFixture.now)
            _ = try TimeStampResponse(parsing: reply)
        }
    }

    @Test func `tokens of other producers are judged: what they stamp is what they bind`() throws {
        var seen: Set<[UInt8]> = []
        let tokens = CorpusAnswers.tokens.filter { seen.insert($0.der).inserted }
            .compactMap { try? TimeStampToken(parsing: $0.der) }
        var counts: [String: Int] = [:]
        for token in tokens {
            let imprint = token.information.imprint.value
            let faults = token.verify { _ in imprint }.faults
            counts[faults.isEmpty ? "none" : faults.map(\.rawValue).joined(separator: "+"), default: 0] += 1
        }
        print("time-stamp tokens of other producers, \(tokens.count), faults: \(counts.sorted { $0.value > $1.value })")
        #expect(Corpora.folder == nil || (counts["none"] ?? 0) > 0)
    }
}
