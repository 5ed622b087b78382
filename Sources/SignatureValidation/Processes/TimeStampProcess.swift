// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The process for time-stamps, EN 319 102-1 §5.4: a basic validation of the token under the rules for authorities.
struct TimeStampProcess: Sendable {
    let stamp: TimeStampCase
    /// The reason that it does not count; `nil` when it passed.
    private(set) var subIndication: SubIndication?
    private(set) var findings: [Finding] = []
    /// The chain of the authority.
    let chain: X509CertificateValidation

    var hasPassed: Bool { subIndication == nil }

    init(_ stamp: TimeStampCase, policy: ValidationPolicy, revocation: RevocationMode, at time: Instant) {
        self.stamp = stamp
        let reference = policy.freshness.rule == .afterSignature ? stamp.time : nil
        chain = X509CertificateValidation(
            stamp.paths, role: .timeStampAuthority, policy: policy, revocation: revocation, at: time,
            freshness: reference, now: time)
        let uses = stamp.uses + AlgorithmUse.ofChain(chain.path?.chain ?? [])
        let blocks = [
            Self.format(stamp), Self.token(stamp, policy, time), chain.block,
            AlgorithmObsolescenceValidation.block(uses, by: policy, at: { _ in time }),
        ]
        let concluded = blocks.compactMap(\.subIndication)
        subIndication = concluded.first { $0.indication == .totalFailed } ?? concluded.first
        findings = blocks.flatMap(\.findings)
        if let domain = stamp.forbiddenDomain {
            findings.append(Message.timeStampDomain(stamp.id, domain: domain).finding(.failure))
        }
    }

    /// The same time-stamp after past validation proved it, or found another reason against it.
    mutating func revise(_ subIndication: SubIndication?, _ findings: [Finding]) {
        if subIndication == nil { self.findings = findings } else { self.findings += findings }
        self.subIndication = subIndication
    }

    private static func format(_ stamp: TimeStampCase) -> BuildingBlock {
        var block = BuildingBlock()
        for fault in stamp.formatFaults { block.add(Check(false, else: .formatFailure, .formatFault(fault))) }
        if stamp.formatFaults.isEmpty {
            block.add(Check(stamp.time != nil, else: .formatFailure, .timeStampUnreadable(stamp.id)))
        }
        return block
    }

    private static func token(_ stamp: TimeStampCase, _ policy: ValidationPolicy, _ time: Instant) -> BuildingBlock {
        var block = BuildingBlock()
        for fault in stamp.faults {
            block.add(Check(false, else: subIndication(of: fault, stamp), .timeStampFault(fault, stamp.subject)))
        }
        if stamp.faults.isEmpty, stamp.time != nil {
            block.add(
                Check(
                    stamp.authority != nil, else: .noSigningCertificateFound,
                    .timeStampFault(.certificateMissing, stamp.subject)))
        }
        if let stated = stamp.time {
            block.add(
                Check(
                    stated <= time.adding(seconds: policy.clockTolerance), else: .sigConstraintsFailure,
                    .timeStampAhead(stamp.id, stated)))
        }
        return block
    }

    static func subIndication(of fault: TimeStampFault, _ stamp: TimeStampCase) -> SubIndication {
        switch fault {
        case .imprintMismatch, .digestMismatch: .hashFailure
        case .imprintUnknown: .signedDataNotFound
        case .certificateMissing, .certificateNotBound: .noSigningCertificateFound
        case .signature: .sigCryptoFailure
        case .algorithmUnknown: .cryptoConstraintsFailureNoPOE
        case .extendedKeyUsage: .chainConstraintsFailure
        case .outsideValidity:
            if let time = stamp.time, let authority = stamp.authority, time < authority.notBefore {
                .notYetValid
            } else {
                .expired
            }
        case .nonceMismatch, .policyMismatch, .attributes, .authorityMismatch, .criticalExtension:
            .sigConstraintsFailure
        }
    }
}
