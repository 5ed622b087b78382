// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import Testing

@Suite struct `Every sub-indication is reached (EN 319 102-1 tables 5 and 6)` {
    private static let fault = FormatFault(code: "test-fault", clause: "test", phrase: Phrase(vi: "thử", en: "test"))
    private static func broken(_ rule: PathRule, _ index: Int = 0) -> [PathResult.Fault] {
        [PathResult.Fault(rule: rule, certificateIndex: index)]
    }

    /// Each refusal, then its twin that passes.
    static let rows: [Row] = [
        Row("a fault of the format", .formatFailure) { $0.input.facts.formatFaults = [fault] },
        Row("a change that is allowed", nil) {
            $0.input.facts.changesAfterSigning = [.init(revision: 2, kind: .dss, allowed: true, objects: ["12 0"])]
        },
        Row("a digest that differs", .hashFailure) { $0.input.facts.reference = .broken },
        Row("a digest that is the signed one", nil) { $0.input.facts.reference = .intact },
        Row("a value by another key", .sigCryptoFailure) { $0.input.facts.value = .invalid },
        Row("a value by the key", nil) { $0.input.facts.value = .valid },
        Row("revoked, and the content is proved to be newer", .revoked) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, .keyCompromise)))
            try $0.stamp(.content, -5)
        },
        Row("not revoked, and the content time-stamp agrees", nil) { try $0.stamp(.content, -5) },
        Row("ended, and the content is proved to be newer", .expired) {
            $0.sign(with: $0.pki.endedLeaf)
            try $0.stamp(.content, -5)
        },
        Row("ended, signed before, content before that", nil) {
            $0.sign(with: $0.pki.endedLeaf)
            try $0.stamp(.content, -40)
            try $0.stamp(.signature, -30)
        },
        Row("proved to be older than the certificate", .notYetValid) { try $0.stamp(.signature, -366) },
        Row("proved to be as old as the certificate", nil) { try $0.stamp(.signature, -365) },
        Row("no signed attributes", .sigConstraintsFailure) { $0.input.facts.signsContentDirectly = true },
        Row("signed attributes", nil) { $0.input.facts.signsContentDirectly = false },
        Row("a key usage that does not allow it", .chainConstraintsFailure) { $0.paths.faults = broken(.keyUsage) },
        Row("no broken rule", nil) { $0.paths.faults = [] },
        Row("no revocation information", .certificateChainGeneralFailure) { $0.know() },
        Row("revocation information", nil) { $0.know(try $0.pki.information(issued: -1, next: 6)) },
        Row("SHA-1, and the content is proved to be newer than its end", .cryptoConstraintsFailure) {
            $0.input.facts.digest = .sha1
            try $0.stamp(.content, -5)
        },
        Row("SHA-256, and the content is proved", nil) { try $0.stamp(.content, -5) },
        Row("SHA-1", .cryptoConstraintsFailureNoPOE) { $0.input.facts.digest = .sha1 },
        Row("SHA3-256", nil) { $0.input.facts.digest = .sha3_256 },
        Row("another signature policy than accepted", .policyProcessingError) {
            $0.input.facts.signaturePolicy = SignaturePolicyReference(identifier: "1.2.3", status: .differs)
        },
        Row("the accepted signature policy", nil) {
            $0.input.facts.signaturePolicy = SignaturePolicyReference(identifier: "1.2.3", status: .matches)
        },
        Row("no document of the signature policy", .signaturePolicyNotAvailable, policy: .etsi2026) {
            $0.input.facts.signaturePolicy = SignaturePolicyReference(identifier: "1.2.3", status: .notAvailable)
        },
        Row("the same where the policy only warns", nil) {
            $0.input.facts.signaturePolicy = SignaturePolicyReference(identifier: "1.2.3", status: .notAvailable)
        },
        Row("content newer than the signature", .timestampOrderFailure) {
            try $0.stamp(.content, -3)
            try $0.stamp(.signature, -5)
        },
        Row("content older than the signature", nil) {
            try $0.stamp(.content, -5)
            try $0.stamp(.signature, -3)
        },
        Row("no certificate", .noSigningCertificateFound) {
            $0.input.facts.signingCertificate = nil
            $0.input.facts.value = .unknown
        },
        Row("a certificate", nil) { $0.input.facts.signingCertificate = $0.pki.leaf },
        Row("no path", .noCertificateChainFound) { $0.paths.domain = nil },
        Row("a path", nil) { $0.paths.domain = "test" },
        Row("an anchor trusted until yesterday", .noCertificateChainFoundNoPOE) {
            $0.paths.trustedUntil = CraftedPKI.day(-1)
        },
        Row("an anchor trusted until tomorrow", nil) { $0.paths.trustedUntil = CraftedPKI.day(1) },
        Row("the signer is revoked", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
        },
        Row("the signer will be revoked", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (10, nil)))
        },
        Row("the authority is revoked", .revokedCANoPOE) {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
        },
        Row("the authority will be revoked", nil) {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (10, nil))
            ]
        },
        Row("ended, not known to be revoked", .outOfBoundsNotRevoked) { $0.sign(with: $0.pki.endedLeaf) },
        Row("ended, nothing known", .outOfBoundsNoPOE) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know()
        },
        Row("not ended", nil) { $0.sign(with: $0.pki.leaf) },
        Row("a responder that has ended", .revocationOutOfBoundsNoPOE) {
            $0.know(try $0.pki.information(issued: -2, next: 6, by: $0.pki.endedResponder))
        },
        Row("a responder that has not", nil) {
            $0.know(try $0.pki.information(issued: -2, next: 6, by: $0.pki.stamper))
        },
        Row("an archive that does not cover the certificates", .noPOE) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know()
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: -28, next: -22)]
            try $0.stamp(.archive, -30)
        },
        Row("an archive that covers everything", nil) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know(try $0.pki.information(issued: -28, next: -22))
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: -28, next: -22)]
            try $0.stamp(.signature, -30)
            try $0.stamp(.archive, -28, covers: $0.everything)
        },
        Row("stale information", .tryLater) { $0.know(try $0.pki.information(issued: -10, next: -3)) },
        Row("on hold", .tryLater) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-2, .certificateHold)))
        },
        Row("the content is missing", .signedDataNotFound) { $0.input.facts.reference = .notFound },
    ]

    @Test(arguments: rows) func `a bent fact has its reason, its twin passes`(_ row: Row) throws {
        let verdict = try row.verdict()
        #expect(verdict.subIndication == row.expected, "\(verdict.findings.map(\.code))")
        guard let expected = row.expected else { return }
        #expect(verdict.findings.contains { $0.severity == .failure })
        for finding in verdict.findings { #expect(!finding.phrase.vi.isEmpty && !finding.phrase.en.isEmpty) }
        #expect(!expected.remedy.vi.isEmpty && !expected.remedy.en.isEmpty)
    }

    @Test func `the table reaches all six and nineteen`() {
        let reached = Set(Self.rows.compactMap(\.expected))
        #expect(Set(SubIndication.allCases).subtracting(reached).isEmpty)
    }

    @Test func `the same case gives the same bytes`() throws {
        for row in Self.rows {
            func bytes() throws -> [UInt8] {
                var crafted = try CraftedCase(policy: row.policy)
                try row.bend(&crafted)
                return try SortedJSON.encode(crafted.report)
            }
            let first = try bytes()
            for _ in 0..<3 { #expect(try bytes() == first, "\(row.name)") }
        }
    }
}
