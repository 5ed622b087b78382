// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import Foundation
import TestPKI
import TestSupport
import Testing

@testable import PKIX

@Suite struct `Damaged certificates and lists give a value or a typed error` {
    /// Reads an object and touches what a verifier would touch; true when it could be read.
    private func read(_ bytes: [UInt8], isList: Bool) -> Bool {
        do {
            if isList {
                let list = try CertificateRevocationList(parsing: bytes)
                _ = try? list.entry(for: [1])
                _ = list.issuingDistributionPoint
            } else {
                let certificate = try Certificate(parsing: bytes)
                _ = certificate.subject.description
                _ = certificate.subject.subjectIdentifiers.map(\.masked)
                _ = try? certificate.subjectPublicKeyInfo.publicKey()
                _ = PathConstraints(certificate).constrainedNames(of: certificate)
                _ = SignatureScheme(certificate.signatureAlgorithm)
            }
            return true
        } catch {
            // The initialisers throw nothing but ``DERSyntaxError``; the compiler sees to it.
            return false
        }
    }

    @Test func `a cut certificate or list is refused`() throws {
        var cuts = 0
        for object in CorpusObjects.all {
            for length in object.der.cutLengths(50) {
                let isRead = read(Array(object.der.prefix(length)), isList: object.isList)
                #expect(!isRead, "\(object.name) cut at \(length)")
                cuts += 1
            }
        }
        print("cut certificates and lists: \(cuts) refused")
    }

    @Test func `a changed byte never traps and never throws anything untyped`() throws {
        // 500 changes of each object take half a minute in a debug build; by default 100 are drawn for each.
        let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] != nil
        var generator = SeededGenerator(seed: 2026)
        var (readable, refused) = (0, 0)
        for object in CorpusObjects.all {
            for _ in 0..<(isThorough ? 500 : 100) {
                let isRead = read(object.der.changingOneByte(&generator), isList: object.isList)
                if isRead { readable += 1 } else { refused += 1 }
            }
        }
        print("changed certificates and lists: \(readable) readable, \(refused) refused")
    }

    @Test func `a changed byte breaks the signature of whatever is still readable`() throws {
        let whole = try Fixture.shared.get().issuing.certificate
        let key = try Fixture.shared.get().root.certificate.subjectPublicKeyInfo.publicKey()
        #expect(try whole.isSigned(by: key))
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            guard let changed = try? Certificate(parsing: whole.bytes.changingOneByte(&generator)) else { continue }
            #expect((try? changed.isSigned(by: key)) != true)
        }
    }

    @Test(
        arguments: [[], [0x30], [0x30, 0x00], [0x30, 0x80, 0, 0], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] as [[UInt8]])
    func `a stub is refused`(_ bytes: [UInt8]) {
        #expect(throws: DERSyntaxError.self) { try Certificate(parsing: bytes) }
        #expect(throws: DERSyntaxError.self) { try CertificateRevocationList(parsing: bytes) }
        #expect(throws: DERSyntaxError.self) { try SignedData(parsing: bytes) }
    }

    @Test func `nesting is bounded`() {
        var bytes: [UInt8] = []
        for _ in 0..<5_000 { bytes = DERWriter.bytes { $0.element(.sequence, bytes) } }
        #expect(throws: DERSyntaxError.self) { try Certificate(parsing: bytes) }
        #expect(throws: DERSyntaxError.self) { try SignedData(parsing: bytes) }
    }

    @Test func `bytes after a certificate are refused`() throws {
        let whole = try Fixture.shared.get().issuing.certificate.bytes
        _ = try Certificate(parsing: whole)
        #expect(throws: DERSyntaxError(.trailingBytes, at: 0, "")) { try Certificate(parsing: whole + [0]) }
    }
}
