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

/// Real signed files whose signer was revoked at R and expired at E, judged at every combination of claim, proof and time.
@Suite struct `Time matrix of EN 319 102-1 §5.3 to §5.5 on real files` {
    /// What the signer claims; never a reason.
    enum Claim: CaseIterable { case beforeR, afterR, sevenHoursAhead }
    /// What stands in the file.
    enum Stamp: CaseIterable { case none, beforeR, afterR, untrustedRoot, domainNotAllowed }
    /// What the caller vouches for.
    enum Proof: CaseIterable { case none, beforeR, afterR }
    /// When the file is judged.
    enum Judged: CaseIterable { case beforeR, afterR, afterE }

    struct Row: CustomTestStringConvertible {
        let stamp: Stamp
        let proof: Proof
        let judged: Judged
        var testDescription: String { "stamp \(stamp), proof \(proof), judged \(judged)" }

        static let all = Stamp.allCases.flatMap { stamp in
            Proof.allCases.flatMap { proof in Judged.allCases.map { Row(stamp: stamp, proof: proof, judged: $0) } }
        }

        /// Whether a trusted proof of existence before R is there, which alone makes the signature pass after R.
        var isProvedBeforeR: Bool { stamp == .beforeR || proof == .beforeR }
    }

    private let files: TimeMatrixFiles

    init() async throws { files = try await TimeMatrixFiles.shared.value }

    @Test(arguments: Row.all) func `the signature passes only where a trusted proof is older than the revocation`(
        _ row: Row
    ) throws {
        var verdicts: [String] = []
        for claim in Claim.allCases {
            let report = try files.judge(claim, row.stamp, proof: row.proof, at: row.judged)
            if row.judged == .beforeR || row.isProvedBeforeR {
                #expect(report.indication == .totalPassed, "\(claim): \(files.words(report))")
            } else {
                #expect(report.indication == .indeterminate, "\(claim): \(files.words(report))")
                #expect(report.subIndication == .revokedNoPOE, "\(claim): \(files.words(report))")
            }
            verdicts.append("\(report.indication.rawValue) \(report.subIndication?.rawValue ?? "")")
        }
        // Time is never improved by a claim: nothing the signer says changes the verdict.
        #expect(Set(verdicts).count == 1, "\(verdicts)")
    }

    @Test func `the best signature time is the earliest proof, never the claim`() throws {
        for claim in Claim.allCases {
            let bare = try files.judge(claim, .none, proof: .none, at: .afterR)
            #expect(bare.bestSignatureTime == files.instant(.afterR))
            let stamped = try files.judge(claim, .afterR, proof: .none, at: .afterE)
            #expect(stamped.bestSignatureTime == files.afterR)
            let proved = try files.judge(claim, .afterR, proof: .beforeR, at: .afterE)
            #expect(proved.bestSignatureTime == files.beforeR)
            let distrusted = try files.judge(claim, .untrustedRoot, proof: .none, at: .afterE)
            #expect(distrusted.bestSignatureTime == files.instant(.afterE))
        }
    }

    @Test func `a changed file is refused whatever is proved, the unchanged one accepted`() throws {
        let changed = try files.judge(.beforeR, .beforeR, proof: .beforeR, at: .afterR, changingOneByte: true)
        #expect(changed.indication == .totalFailed)
        #expect(changed.subIndication == .hashFailure)
        let genuine = try files.judge(.beforeR, .beforeR, proof: .beforeR, at: .afterR)
        #expect(genuine.indication == .totalPassed)
    }
}

/// The files of the matrix, made once.
struct TimeMatrixFiles: Sendable {
    typealias Matrix = `Time matrix of EN 319 102-1 §5.3 to §5.5 on real files`
    static let shared = Task { try await TimeMatrixFiles() }
    private static let day: Int64 = 86_400

    let madeAt = Instant(seconds: 1_795_219_200)
    let infrastructure: TestInfrastructure
    private let stranger: TestInfrastructure
    private let certificate: Certificate
    private var signed: [String: [UInt8]] = [:]

    /// 50 days after the infrastructure was made.
    var beforeR: Instant { madeAt.adding(seconds: 50 * Self.day) }
    /// R: the 100th day.
    var revokedAt: Instant { madeAt.adding(seconds: 100 * Self.day) }
    /// The 120th day.
    var afterR: Instant { madeAt.adding(seconds: 120 * Self.day) }
    /// E: the 200th day.
    var expiresAt: Instant { madeAt.adding(seconds: 200 * Self.day) }

    private init() async throws {
        infrastructure = try TestInfrastructure(at: madeAt)
        stranger = try TestInfrastructure(at: madeAt)
        certificate = try infrastructure.certificate(until: madeAt.adding(seconds: 200 * Self.day))
        guard let citizen = infrastructure.subscriber("citizen") else { throw MissingPart.subscriber }
        let signer = try SoftwareSigner(
            key: citizen.key, certificate: certificate, chain: [infrastructure.publicDomain.issuing.certificate])
        let sample = Corpora.packageRoot.appending(path: "testvectors/pdfs/ct01-declaration.pdf")
        let document = try PDFDocument(parsing: FileSource(path: sample.path()))
        for claim in Matrix.Claim.allCases {
            for stamp in Matrix.Stamp.allCases {
                signed["\(claim) \(stamp)"] = try await document.signed(
                    by: signer, claiming: claimed(claim), level: level(stamp))
            }
        }
    }

    private func claimed(_ claim: Matrix.Claim) -> Instant {
        switch claim {
        case .beforeR: beforeR
        case .afterR: afterR
        case .sevenHoursAhead: beforeR.adding(seconds: 7 * 3_600)
        }
    }

    private func level(_ stamp: Matrix.Stamp) throws -> SigningLevel {
        switch stamp {
        case .none: .b
        case .beforeR: .t(try infrastructure.timeStampAuthority().stamping(at: beforeR))
        case .afterR: .t(try infrastructure.timeStampAuthority().stamping(at: afterR))
        case .untrustedRoot: .t(try stranger.timeStampAuthority().stamping(at: beforeR))
        case .domainNotAllowed: .t(try infrastructure.timeStampAuthority().stamping(at: beforeR))
        }
    }

    func instant(_ judged: Matrix.Judged) -> Instant {
        switch judged {
        // Later than every token and proof that is before R.
        case .beforeR: madeAt.adding(seconds: 90 * Self.day)
        case .afterR: madeAt.adding(seconds: 150 * Self.day)
        case .afterE: madeAt.adding(seconds: 250 * Self.day)
        }
    }

    /// The lists as they are at an instant: the revocation stands in them from R on.
    private func material(at time: Instant) throws -> ValidationMaterial {
        let entry = CertificateRevocationList.Entry(
            serialNumber: certificate.serialNumber, revocationDate: revokedAt, reason: .keyCompromise,
            invalidityDate: nil)
        let issuing = infrastructure.publicDomain.issuing
        return ValidationMaterial(
            certificates: [issuing.certificate],
            revocationLists: try infrastructure.revocationLists(
                at: time, revoked: time < revokedAt ? [:] : [issuing.certificate.fingerprint: [entry]]))
    }

    func judge(
        _ claim: Matrix.Claim, _ stamp: Matrix.Stamp, proof: Matrix.Proof, at judged: Matrix.Judged,
        changingOneByte: Bool = false
    ) throws -> SignatureReport {
        guard var bytes = signed["\(claim) \(stamp)"] else { throw MissingPart.file }
        let digest = try DigestAlgorithm.sha256.digest(of: bytes)
        if changingOneByte, let place = Data(bytes).range(of: Data("stream".utf8))?.upperBound {
            bytes[place + 60] ^= 1
        }
        let time = instant(judged)
        let root = infrastructure.publicDomain.trust
        // The domain that is not allowed to time-stamp is the signer's own with that usage taken away.
        let usages: Set<TrustBundle.Usage> =
            stamp == .domainNotAllowed ? [.signing, .ocsp] : Set(TrustBundle.Usage.allCases)
        let domain = TrustDomain(name: root.name, anchors: root.anchors, usages: usages)
        let proofs: [ExistenceProof]
        switch proof {
        case .none: proofs = []
        case .beforeR: proofs = [ExistenceProof(digest: digest, time: beforeR, source: "receipt")]
        case .afterR: proofs = [ExistenceProof(digest: digest, time: afterR, source: "receipt")]
        }
        let validator = SignatureValidator(
            trusting: [domain], policy: .vietnam2026, material: try material(at: time))
        let report = try validator.validate(
            PDFDocument(parsing: MemorySource(bytes)), at: time, existence: proofs, fileDigest: digest)
        guard let signature = report.signatures.first, report.signatures.count == 1 else { throw MissingPart.signature }
        return signature
    }

    func words(_ report: SignatureReport) -> String {
        "\(report.indication.rawValue)/\(report.subIndication?.rawValue ?? "–") \(report.findings.map(\.code))"
    }

    private enum MissingPart: Error { case subscriber, file, signature }
}
