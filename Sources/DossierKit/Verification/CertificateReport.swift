// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
public import PKIX
public import SignatureValidation

/// The judgement on a certificate in the shape that other tools rely on (`docs/schemas/certificate-v1.schema.json`).
public struct CertificateReport: Sendable, Encodable {
    private let result: PathResult
    private let remarks: [Finding]

    /// Makes a report of a result.
    ///
    /// - Parameter remarks: What else has to be said: of the trust that was used, of material that could not be fetched.
    public init(_ result: PathResult, remarks: [Finding] = []) {
        self.result = result
        let unchecked = result.outcome == .passed && result.hasUncheckedRevocation && result.revocationMode != .required
        let isUnusable = result.chain.first.map { (try? $0.certificate.publicKey()) == nil } ?? false
        self.remarks =
            (unchecked ? [Self.revocationNotChecked] : []) + (isUnusable ? [Self.keyUnusable] : []) + remarks
    }

    /// Remarks that are no broken rule, the warning of unchecked revocation among them.
    public var warnings: [Finding] { remarks }

    /// A path says nothing of the key at its end (RFC 5280 §6.1.5); no signature could be verified with this one.
    private static let keyUnusable = Finding(
        .warning, code: "key-not-usable",
        Phrase(
            vi:
                "khóa công khai của chứng thư không dùng được hoặc thuộc loại chưa hỗ trợ, nên không kiểm tra được chữ ký nào bằng khóa này",
            en:
                "the certificate's public key is invalid or of a kind that is not supported: no signature can be verified with it"
        ))

    private static let revocationNotChecked = Finding(
        .warning, code: "revocation-not-checked",
        Phrase(
            vi: "chưa kiểm tra tình trạng thu hồi của mọi chứng thư",
            en: "revocation was not checked for every certificate"))

    private enum Key: String, CodingKey {
        case indication, subIndication, chain, trustDomain, policies, userNotices, pathsTried, rule, clause
        case certificateIndex, findings, revocationMode, validationTime
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let fault = result.faults.first
        try container.encode(result.outcome.rawValue, forKey: .indication)
        try container.encode(fault?.rule.rawValue, forKey: .subIndication)
        try container.encode(
            result.chain.enumerated().map { index, link in
                CertificateLink(link, trustDomain: index == result.chain.count - 1 ? result.trustDomain : nil)
            }, forKey: .chain)
        try container.encode(result.trustDomain, forKey: .trustDomain)
        try container.encode(result.validPolicies.map(\.description), forKey: .policies)
        try container.encode(result.userNotices, forKey: .userNotices)
        try container.encode(result.pathsTried, forKey: .pathsTried)
        try container.encode(fault?.rule.rawValue, forKey: .rule)
        try container.encode(fault?.rule.clause, forKey: .clause)
        try container.encode(fault?.certificateIndex, forKey: .certificateIndex)
        try container.encode(
            result.faults.map { CertificateRemark($0) } + remarks.map { CertificateRemark($0) }, forKey: .findings)
        try container.encode(result.revocationMode, forKey: .revocationMode)
        try container.encode(result.time, forKey: .validationTime)
    }
}

/// One certificate of the path and what is known of its revocation; absent values are `null`, never left out.
private struct CertificateLink: Encodable {
    private let link: PathResult.Link
    private let trustDomain: String?

    init(_ link: PathResult.Link, trustDomain: String?) {
        self.link = link
        self.trustDomain = trustDomain
    }

    private enum Key: String, CodingKey {
        case subject, issuer, serial, sha256, notBefore, notAfter, trustDomain, revocation, revocationSource
        case thisUpdate, nextUpdate, revokedSince, revocationReason, invalidityDate
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let certificate = link.certificate
        try container.encode(certificate.subject.description, forKey: .subject)
        try container.encode(certificate.issuer.description, forKey: .issuer)
        try container.encode(Hexadecimal.encode(certificate.serialNumber), forKey: .serial)
        try container.encode(Hexadecimal.encode(certificate.fingerprint), forKey: .sha256)
        try container.encode(certificate.notBefore, forKey: .notBefore)
        try container.encode(certificate.notAfter, forKey: .notAfter)
        try container.encode(trustDomain, forKey: .trustDomain)
        var thisUpdate = link.revocationList?.thisUpdate
        var nextUpdate = link.revocationList?.nextUpdate
        var since: Instant?
        var reason: RevocationReason?
        switch link.revocation {
        case .good(let update): thisUpdate = update
        case .revoked(let date, let stated): (since, reason) = (date, stated)
        case .stale(let due): nextUpdate = nextUpdate ?? due
        case .notAsked, .unknown: break
        }
        try container.encode(link.revocation.word, forKey: .revocation)
        let source = link.ocspResponse != nil ? "ocsp" : link.revocationList != nil ? "crl" : nil
        try container.encode(source, forKey: .revocationSource)
        try container.encode(thisUpdate, forKey: .thisUpdate)
        try container.encode(nextUpdate, forKey: .nextUpdate)
        try container.encode(since, forKey: .revokedSince)
        try container.encode(reason.map { String(describing: $0) }, forKey: .revocationReason)
        try container.encode(link.invalidityDate, forKey: .invalidityDate)
    }
}

/// A broken rule, or a remark that belongs to no certificate.
private struct CertificateRemark: Encodable {
    private let code, severity, vi, en: String
    private let certificateIndex: Int?

    init(_ fault: PathResult.Fault) {
        code = fault.rule.rawValue
        severity = Finding.Severity.failure.rawValue
        vi = fault.rule.phrase.vi
        en = fault.rule.phrase.en
        certificateIndex = fault.certificateIndex
    }

    init(_ finding: Finding) {
        code = finding.code
        severity = finding.severity.rawValue
        vi = finding.phrase.vi
        en = finding.phrase.en
        certificateIndex = nil
    }

    private enum Key: String, CodingKey { case code, severity, vi, en, certificateIndex }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(code, forKey: .code)
        try container.encode(severity, forKey: .severity)
        try container.encode(vi, forKey: .vi)
        try container.encode(en, forKey: .en)
        try container.encode(certificateIndex, forKey: .certificateIndex)
    }
}

extension RevocationStatus {
    /// The status as reports name it.
    var word: String {
        switch self {
        case .notAsked: "not-asked"
        case .good: "good"
        case .revoked(_, .certificateHold): "on-hold"
        case .revoked: "revoked"
        case .unknown: "unknown"
        case .stale: "stale"
        }
    }
}
