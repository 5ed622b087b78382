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

    private static let objects = CorpusObjects.distinct

    /// What the changes of one object gave; objects are worked on side by side, each with a seed of its own.
    private func counts(
        _ work: @escaping @Sendable (Int, CorpusObjects.Object) -> (readable: Int, refused: Int)
    ) async -> (readable: Int, refused: Int) {
        let width = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
        return await withTaskGroup(of: (Int, Int).self) { group in
            for lane in 0..<width {
                group.addTask {
                    var sum = (0, 0)
                    for index in stride(from: lane, to: Self.objects.count, by: width) {
                        let found = work(index, Self.objects[index])
                        sum = (sum.0 + found.readable, sum.1 + found.refused)
                        // Tests that watch the time run beside this one.
                        await Task.yield()
                    }
                    return sum
                }
            }
            return await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
        }
    }

    @Test func `a certificate or list cut at 50 places is refused`() async throws {
        let found = await counts { _, object in
            var sum = (0, 0)
            for length in object.der.cutLengths(50) {
                if read(Array(object.der.prefix(length)), isList: object.isList) {
                    Issue.record("\(object.name) cut at \(length)")
                    sum.0 += 1
                } else {
                    sum.1 += 1
                }
            }
            return sum
        }
        print("cut certificates and lists: \(Self.objects.count) at 50 places each, \(found.refused) refused")
        #expect(found.readable == 0)
        #expect(found.refused == Self.objects.reduce(0) { $0 + $1.der.cutLengths(50).count })
    }

    @Test func `500 changed bytes never trap and never throw anything untyped`() async throws {
        let seed: UInt64 = 2026
        let found = await counts { index, object in
            var generator = SeededGenerator(seed: seed &+ UInt64(index))
            var sum = (0, 0)
            for _ in 0..<500 {
                if read(object.der.changingOneByte(&generator), isList: object.isList) {
                    sum.0 += 1
                } else {
                    sum.1 += 1
                }
            }
            return sum
        }
        print(
            "changed certificates and lists: \(Self.objects.count) with 500 changes each from seed \(seed), "
                + "\(found.readable) readable, \(found.refused) refused")
        #expect(found.readable + found.refused == Self.objects.count * 500)
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
