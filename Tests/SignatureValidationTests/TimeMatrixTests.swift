// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import TestPKI
import Testing

@Suite struct `The time matrix: revoked, ended, claimed, time-stamped, proved` {
    private static let day: Int64 = 86_400
    private static let made = Instant(seconds: 1_795_219_200)
    private static let trusted = Result { try TestInfrastructure(at: made) }
    private static let stranger = Result { try TestInfrastructure(at: made) }
    /// The signer is revoked on day 100; the certificate ends after three years.
    private static let revoked: Int64 = 100
    private static let value: [UInt8] = [7, 7, 7]

    enum Stamp: String, CaseIterable { case none, before, after, untrusted, forbidden }
    enum Judged: Int64, CaseIterable { case beforeRevocation = 50, afterRevocation = 200, afterEnd = 1200 }
    enum Claimed: String, CaseIterable { case before, after, sevenHoursAhead }

    private static func at(_ days: Int64) -> Instant { made.adding(seconds: days * day) }

    private func token(_ infrastructure: TestInfrastructure, _ days: Int64) throws -> AttachedTimeStamp {
        let request = TimeStampRequest(try MessageImprint(of: Self.value))
        let token = try TimeStampToken(
            parsing: infrastructure.timeStampAuthority().token(for: request, at: Self.at(days)))
        return AttachedTimeStamp(
            id: "T-1", kind: .signature, token: token, facts: token.verify(stamping: Self.value),
            covers: [ValidationObject(.signature, bytes: Self.value)])
    }

    /// Lists as of the days given, the signer on them from its revocation on.
    private func material(_ infrastructure: TestInfrastructure, _ days: [Int64]) throws -> ValidationMaterial {
        let serial = try #require(infrastructure.subscriber("citizen")).certificate.serialNumber
        let entry = CertificateRevocationList.Entry(
            serialNumber: serial, revocationDate: Self.at(Self.revoked), reason: .keyCompromise, invalidityDate: nil)
        let lists = try days.flatMap { day in
            try infrastructure.revocationLists(
                at: Self.at(day),
                revoked: day < Self.revoked
                    ? [:] : [infrastructure.publicDomain.issuing.certificate.fingerprint: [entry]])
        }
        return ValidationMaterial(
            certificates: [infrastructure.publicDomain.issuing.certificate], revocationLists: lists)
    }

    private func facts(_ infrastructure: TestInfrastructure, _ claimed: Claimed, _ stamp: Stamp) throws
        -> SignatureFacts
    {
        var facts = SignatureFacts(
            id: "S-1", format: .cades, level: .b, packaging: .detached, reference: .intact, value: .valid,
            coverage: .entireFile, material: try material(infrastructure, [40]))
        facts.signingCertificate = try #require(infrastructure.subscriber("citizen")).certificate
        facts.bindsSigningCertificate = true
        facts.scheme = .ecdsa(.sha256)
        facts.digest = .sha256
        facts.signatureObject = ValidationObject(.signature, bytes: Self.value)
        facts.fileDigest = [1, 2, 3]
        switch claimed {
        case .before: facts.claimedSigningTime = Self.at(40)
        case .after: facts.claimedSigningTime = Self.at(150)
        case .sevenHoursAhead: facts.claimedSigningTime = Self.at(40).adding(seconds: 25_200)
        }
        switch stamp {
        case .none: break
        case .before, .forbidden: facts.timeStamps = [try token(infrastructure, 40)]
        case .after: facts.timeStamps = [try token(infrastructure, 150)]
        case .untrusted: facts.timeStamps = [try token(Self.stranger.get(), 40)]
        }
        return facts
    }

    @Test(arguments: Judged.allCases, Stamp.allCases) func `only a trusted proof before the revocation helps`(
        _ judged: Judged, _ stamp: Stamp
    ) throws {
        let infrastructure = try Self.trusted.get()
        let anchors = [infrastructure.publicDomain.root.certificate]
        let usages: Set<TrustBundle.Usage> = stamp == .forbidden ? [.signing, .ocsp] : Set(TrustBundle.Usage.allCases)
        let validator = SignatureValidator(
            trusting: [TrustDomain(name: "public", anchors: anchors, usages: usages)], policy: .vietnam2026,
            material: try material(infrastructure, [judged.rawValue]))
        for isProved in [false, true] {
            let proofs =
                isProved ? [ExistenceProof(digest: [1, 2, 3], time: Self.at(41), source: "journal of a vault")] : []
            let reports = try Claimed.allCases.map { claimed in
                try validator.validate(
                    facts(infrastructure, claimed, stamp), at: Self.at(judged.rawValue), existence: proofs)
            }
            let passes = judged == .beforeRevocation || stamp == .before || isProved
            for report in reports {
                #expect(report.indication == (passes ? .totalPassed : .indeterminate), "\(report.findings.map(\.code))")
                #expect(report.subIndication == (passes ? nil : .revokedNoPOE))
            }
            let source: BestSignatureTimeSource =
                stamp == .before
                ? .signatureTimeStamp
                : isProved
                    ? .caller : stamp == .after && judged != .beforeRevocation ? .signatureTimeStamp : .validationTime
            #expect(reports.map(\.bestSignatureTimeSource) == [source, source, source])
        }
    }

    @Test func `a domain that may not time-stamp is named, and its twin counts`() throws {
        let infrastructure = try Self.trusted.get()
        func report(_ usages: Set<TrustBundle.Usage>) throws -> SignatureReport {
            try SignatureValidator(
                trusting: [
                    TrustDomain(
                        name: "public", anchors: [infrastructure.publicDomain.root.certificate], usages: usages)
                ],
                policy: .vietnam2026, material: material(infrastructure, [50])
            ).validate(facts(infrastructure, .before, .before), at: Self.at(50))
        }
        let forbidden = try #require(try report([.signing, .ocsp]).timeStamps.first)
        #expect(forbidden.indication == .indeterminate && forbidden.subIndication == .noCertificateChainFound)
        #expect(!forbidden.trusted && forbidden.trustDomain == "public")
        #expect(forbidden.findings.contains { $0.code == "time-stamp-domain" })
        let allowed = try #require(try report(Set(TrustBundle.Usage.allCases)).timeStamps.first)
        #expect(allowed.indication == .passed && allowed.trusted && allowed.trustDomain == "public")
        #expect(allowed.authority == "DOSSIERKIT TEST Time-Stamp Authority")
        let stamping = try report([.timeStamping])
        #expect(stamping.subIndication == .noCertificateChainFound, "a domain that may only time-stamp signs nothing")
        #expect(stamping.timeStamps.first?.indication == .passed)
    }

    @Test func `a domain whose trust has ended counts for what is proved to be older`() throws {
        let infrastructure = try Self.trusted.get()
        let root = infrastructure.publicDomain.root.certificate
        func report(until day: Int64, proved: Bool) throws -> SignatureReport {
            try SignatureValidator(
                trusting: [TrustDomain(name: "public", anchors: [root], trustedUntil: [root: Self.at(day)])],
                policy: .vietnam2026, material: material(infrastructure, [45])
            ).validate(
                facts(infrastructure, .before, .none), at: Self.at(50),
                existence: proved ? [ExistenceProof(digest: [1, 2, 3], time: Self.at(41), source: "receipt")] : [])
        }
        #expect(try report(until: 60, proved: false).indication == .totalPassed)
        #expect(try report(until: 45, proved: false).subIndication == .noCertificateChainFoundNoPOE)
        #expect(try report(until: 45, proved: true).indication == .totalPassed)
        #expect(try report(until: 40, proved: true).subIndication != nil)
    }
}
