// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestSupport
import Testing

@Suite struct `Every byte of a signature` {
    /// Octets of a detached signature that nothing protects; a change there may leave the verdict as it is.
    ///
    /// RFC 5652 5.4 signs the attributes and nothing else of the structure. What names the signer is checked against the
    /// signed reference, so only these remain:
    private static func unprotected(_ bytes: [UInt8], _ signerCertificate: Certificate) throws -> [(Range<Int>, String)]
    {
        let outer = try DERElement(parsing: bytes).elements()
        let data = try outer[1].explicitContent().elements()
        let certificates = try data[3].elements()
        let signer = try data[4].elements()[0].elements()
        var ranges: [(Range<Int>, String)] = [
            (data[0].content, "the version of SignedData (another known number changes no meaning)"),
            (data[1].content, "digestAlgorithms, an announcement that RFC 5652 5.1 lets a verifier pass over"),
            (signer[0].content, "the version of SignerInfo (1 and 3 differ in form only)"),
            (
                try signer[1].elements()[0].range,
                "the issuer in the signer's identifier, written in another way that names the same (case, string type)"
            ),
        ]
        for certificate in certificates where certificate.bytes != signerCertificate.bytes {
            ranges.append(
                (certificate.range, "a certificate of the bag that is not the signer's; the verifier has its own"))
        }
        return ranges
    }

    @Test func `a change outside what is unprotected is never accepted`() async throws {
        let fixture = try SignatureFixture.shared.get()
        let signature = try await fixture.detached(fixture.citizen)
        #expect(try fixture.judge(signature) == .passed)
        let unprotected = try Self.unprotected(signature, fixture.citizen.certificate)
        let validator = fixture.validator()
        var verdicts: [String: Int] = [:]
        var accepted: [String: Int] = [:]
        // Changes of certificates that nothing protects cost the most and say the least: every eighth octet will do.
        let bag = unprotected.filter { $0.1.contains("bag") }.map(\.0)
        for index in signature.indices where index % 8 == 0 || !bag.contains(where: { $0.contains(index) }) {
            for mask in [0x01, 0x20] as [UInt8] {
                var changed = signature
                changed[index] ^= mask
                guard
                    let document = try? CAdESDocument(parsing: changed, content: MemorySource(SignatureFixture.content))
                else {
                    verdicts["unreadable", default: 0] += 1
                    continue
                }
                let report = try validator.validate(document, at: SignatureFixture.now)
                let name =
                    (report.indication?.rawValue ?? "no signature") + "/" + (report.subIndication?.rawValue ?? "-")
                verdicts[name, default: 0] += 1
                guard report.indication == .totalPassed else { continue }
                let reason = unprotected.first { $0.0.contains(index) }?.1
                #expect(reason != nil, "byte \(index) changed by \(mask) is accepted")
                accepted[reason ?? "", default: 0] += 1
            }
        }
        print("every byte of a signature of \(signature.count) bytes changed twice:")
        for (name, count) in verdicts.sorted(by: { $0.key < $1.key }) { print("  \(count) \(name)") }
        for (reason, count) in accepted.sorted(by: { $0.key < $1.key }) { print("  accepted \(count): \(reason)") }
    }

    @Test func `a cut signature is refused at every length`() async throws {
        let fixture = try SignatureFixture.shared.get()
        let signature = try await fixture.detached(fixture.citizen)
        for length in signature.indices {
            #expect(throws: DERSyntaxError.self) { try CAdESDocument(parsing: Array(signature.prefix(length))) }
        }
        #expect(throws: DERSyntaxError.self) { try CAdESDocument(parsing: signature + [1]) }
        _ = try CAdESDocument(parsing: signature + [0])
        _ = try CAdESDocument(parsing: signature)
    }
}
