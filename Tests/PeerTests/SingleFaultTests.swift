// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

/// One fault at a time around a real signed file; the twin without the fault passes.
@Suite struct `Faults of revocation, authorities and algorithms on real files` {
    private static let madeAt = Instant(seconds: 1_795_219_200)
    private static let now = madeAt.adding(seconds: 100 * 86_400)

    struct Row: CustomTestStringConvertible {
        let fault: TestFault
        let bare: (Indication, SubIndication?)
        /// With a time-stamp of the day before yesterday.
        let stamped: (Indication, SubIndication?)
        var testDescription: String { fault.rawValue }

        // Expected by EN 319 102-1: revoked or out of bounds without proof stays open (5.2.6.4); with a proof from before it
        // passes (5.5.4); a hold and a stale list are TRY_LATER (5.2.5); SHA-1 in the chain has no proof from its time.
        static let all = [
            // A list from after the end says nothing of the certificate unless it keeps expired ones (5.2.5).
            Row(.expired, (.indeterminate, .outOfBoundsNoPOE), (.indeterminate, .outOfBoundsNoPOE)),
            Row(.hold, (.indeterminate, .tryLater), (.totalPassed, nil)),
            Row(.revokedBefore, (.indeterminate, .revokedNoPOE), (.totalPassed, nil)),
            Row(.revokedAfter, (.totalPassed, nil), (.totalPassed, nil)),
            Row(
                .wrongResponder, (.indeterminate, .certificateChainGeneralFailure),
                (.indeterminate, .certificateChainGeneralFailure)),
            Row(.staleList, (.indeterminate, .tryLater), (.indeterminate, .tryLater)),
            Row(
                .sha1, (.indeterminate, .cryptoConstraintsFailureNoPOE),
                (.indeterminate, .cryptoConstraintsFailureNoPOE)),
            Row(
                .wrongExtendedKeyUsage, (.indeterminate, .chainConstraintsFailure),
                (.indeterminate, .chainConstraintsFailure)),
            Row(.renewedSameKey, (.totalPassed, nil), (.totalPassed, nil)),
            Row(.rekeyedSameName, (.totalPassed, nil), (.totalPassed, nil)),
            Row(.signingTimeAhead, (.totalPassed, nil), (.totalPassed, nil)),
        ]

        private init(
            _ fault: TestFault, _ bare: (Indication, SubIndication?), _ stamped: (Indication, SubIndication?)
        ) {
            self.fault = fault
            self.bare = bare
            self.stamped = stamped
        }
    }

    private let infrastructure: TestInfrastructure
    private let document: PDFDocument

    init() throws {
        infrastructure = try TestInfrastructure(at: Self.madeAt)
        let sample = Corpora.packageRoot.appending(path: "testvectors/pdfs/ct01-declaration.pdf")
        document = try PDFDocument(parsing: FileSource(path: sample.path()))
    }

    @Test(arguments: Row.all) func `each fault has its own answer, with and without a time-stamp from before it`(
        _ row: Row
    ) async throws {
        let scenario = try infrastructure.scenario(row.fault, at: Self.now)
        let before = Self.now.adding(seconds: -2 * 86_400)
        let levels: [(SigningLevel, (Indication, SubIndication?))] = [
            (.b, row.bare), (.t(scenario.timeStampAuthority.stamping(at: before)), row.stamped),
        ]
        for (level, expected) in levels {
            let signer = try SoftwareSigner(
                key: scenario.subscriber.key, certificate: scenario.subscriber.certificate,
                chain: [scenario.subscriber.issuer])
            let bytes = try await document.signed(by: signer, claiming: scenario.claimedSigningTime, level: level)
            let report = try judge(bytes, scenario.material, at: scenario.time)
            #expect(report.indication == expected.0, "\(row.fault) \(level.level): \(words(report))")
            #expect(report.subIndication == expected.1, "\(row.fault) \(level.level): \(words(report))")
            if row.fault == .signingTimeAhead {
                #expect(report.findings.contains { $0.code.hasPrefix("signing-time") }, "\(words(report))")
            }
        }
    }

    @Test func `an expired signer needs a list from before the end, and a time-stamp from before it`() async throws {
        let scenario = try infrastructure.scenario(.expired, at: Self.now)
        let before = Self.now.adding(seconds: -2 * 86_400)
        let signer = try SoftwareSigner(
            key: scenario.subscriber.key, certificate: scenario.subscriber.certificate,
            chain: [scenario.subscriber.issuer])
        let material = try infrastructure.material(at: before)
        let bare = try await document.signed(by: signer, claiming: before)
        let open = try judge(bare, material, at: Self.now)
        #expect(open.indication == .indeterminate && open.subIndication == .outOfBoundsNotRevoked, "\(words(open))")
        let stamped = try await document.signed(
            by: signer, claiming: before, level: .t(scenario.timeStampAuthority.stamping(at: before)))
        let passed = try judge(stamped, material, at: Self.now)
        #expect(passed.indication == .totalPassed, "\(words(passed))")
    }

    @Test func `without lists nothing passes, with them it does`() async throws {
        let signer = try #require(infrastructure.subscriber("citizen")).signer()
        let bytes = try await document.signed(by: signer, claiming: Self.now)
        let missing = try judge(
            bytes, ValidationMaterial(certificates: [infrastructure.publicDomain.issuing.certificate]), at: Self.now)
        #expect(missing.indication == .indeterminate)
        #expect(missing.subIndication == .certificateChainGeneralFailure)
        let complete = try judge(bytes, infrastructure.material(at: Self.now), at: Self.now)
        #expect(complete.indication == .totalPassed, "\(words(complete))")
    }

    @Test func `an algorithm past its end needs a proof from before the end`() async throws {
        // TS 119 312: RSA below 3,000 bits ends with 2028; the certificates live until late in 2029.
        let later = Instant(seconds: 1_872_000_000)
        let signer = try #require(infrastructure.subscriber("company")).signer()
        let bare = try await document.signed(by: signer, claiming: Self.now)
        let stamped = try await document.signed(
            by: signer, claiming: Self.now, level: .t(infrastructure.timeStampAuthority().stamping(at: Self.now)))
        let material = try infrastructure.material(at: later)
        let without = try judge(bare, material, at: later, policy: .etsi2026)
        #expect(without.indication == .indeterminate, "\(words(without))")
        #expect(without.subIndication == .cryptoConstraintsFailureNoPOE)
        let with = try judge(stamped, material, at: later, policy: .etsi2026)
        #expect(with.indication == .totalPassed, "\(words(with))")
        let digest = try DigestAlgorithm.sha256.digest(of: bare)
        let proved = try judge(
            bare, material, at: later, policy: .etsi2026,
            proofs: [ExistenceProof(digest: digest, time: Self.now, source: "journal")])
        #expect(proved.indication == .totalPassed, "\(words(proved))")
        let early = try judge(bare, infrastructure.material(at: Self.now), at: Self.now, policy: .etsi2026)
        #expect(early.indication == .totalPassed, "\(words(early))")
    }

    private func judge(
        _ bytes: [UInt8], _ material: ValidationMaterial, at time: Instant, policy: ValidationPolicy = .vietnam2026,
        proofs: [ExistenceProof] = []
    ) throws -> SignatureReport {
        let validator = SignatureValidator(trusting: infrastructure.trust, policy: policy, material: material)
        let report = try validator.validate(
            PDFDocument(parsing: MemorySource(bytes)), at: time, existence: proofs,
            fileDigest: DigestAlgorithm.sha256.digest(of: bytes))
        return try #require(report.signatures.first)
    }

    private func words(_ report: SignatureReport) -> String {
        "\(report.indication.rawValue)/\(report.subIndication?.rawValue ?? "–") \(report.findings.map(\.code))"
    }
}
