// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
public import PKIX

/// The judgement on a certificate in the shape that other tools rely on.
public struct CertificateReport: Sendable, Encodable {
    private let result: PathResult

    /// Makes a report of a result.
    public init(_ result: PathResult) { self.result = result }

    private enum Key: String, CodingKey {
        case indication, subIndication, chain, trustDomain, policies, userNotices, pathsTried, rule, clause
        case certificateIndex, findings, revocationMode
    }
    private struct Link: Encodable {
        let subject, issuer, serial, sha256: String
        let notBefore, notAfter: Instant
        let trustDomain: String?
        let revocation: String

        private enum Key: String, CodingKey {
            case subject, issuer, serial, sha256, notBefore, notAfter, trustDomain, revocation
        }

        // Written out so that an absent trust domain is `null`, never left out.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(subject, forKey: .subject)
            try container.encode(issuer, forKey: .issuer)
            try container.encode(serial, forKey: .serial)
            try container.encode(sha256, forKey: .sha256)
            try container.encode(notBefore, forKey: .notBefore)
            try container.encode(notAfter, forKey: .notAfter)
            try container.encode(trustDomain, forKey: .trustDomain)
            try container.encode(revocation, forKey: .revocation)
        }
    }
    private struct Remark: Encodable {
        let code, vi, en: String
        let certificateIndex: Int
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let fault = result.faults.first
        try container.encode(result.outcome.rawValue, forKey: .indication)
        try container.encode(fault?.rule.rawValue, forKey: .subIndication)
        try container.encode(
            result.chain.enumerated().map { index, link in
                Link(
                    subject: link.certificate.subject.description, issuer: link.certificate.issuer.description,
                    serial: Hexadecimal.encode(link.certificate.serialNumber),
                    sha256: Hexadecimal.encode(link.certificate.fingerprint), notBefore: link.certificate.notBefore,
                    notAfter: link.certificate.notAfter,
                    trustDomain: index == result.chain.count - 1 ? result.trustDomain : nil,
                    revocation: Self.word(link.revocation))
            }, forKey: .chain)
        try container.encode(result.trustDomain, forKey: .trustDomain)
        try container.encode(result.validPolicies.map(\.description), forKey: .policies)
        try container.encode(result.userNotices, forKey: .userNotices)
        try container.encode(result.pathsTried, forKey: .pathsTried)
        try container.encode(fault?.rule.rawValue, forKey: .rule)
        try container.encode(fault?.rule.clause, forKey: .clause)
        try container.encode(fault?.certificateIndex, forKey: .certificateIndex)
        try container.encode(
            result.faults.map {
                Remark(
                    code: $0.rule.rawValue, vi: $0.rule.phrase.vi, en: $0.rule.phrase.en,
                    certificateIndex: $0.certificateIndex)
            }, forKey: .findings)
        try container.encode(result.revocationMode, forKey: .revocationMode)
    }

    private static func word(_ status: RevocationStatus) -> String {
        switch status {
        case .notAsked: "not-asked"
        case .good: "good"
        case .revoked(_, .certificateHold): "on-hold"
        case .revoked: "revoked"
        case .unknown: "unknown"
        case .stale: "stale"
        }
    }
}
