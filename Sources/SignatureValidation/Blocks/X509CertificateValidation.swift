// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// XCV, EN 319 102-1 §5.2.6, with RFC §5.2.5: the chain at an instant, nothing proving that anything is older.
struct X509CertificateValidation: Sendable {
    /// Why the chain is in doubt, for those processes that look for a proof.
    struct Doubt: Sendable {
        let rule: PathRule?
        /// Index into the chain.
        let index: Int
        /// Since when the certificate is revoked or suspended.
        let since: Instant?
    }

    private(set) var block = BuildingBlock()
    /// What decided, when the block did not pass.
    private(set) var doubt: Doubt?
    let path: PathResult?

    init(
        _ paths: (any CertificatePaths)?, role: NamedSubject.Role, policy: ValidationPolicy, revocation: RevocationMode,
        at time: Instant, freshness reference: Instant? = nil, now: Instant
    ) {
        let path = paths?.path(at: time, revocation: revocation)
        self.path = path
        guard let path, let paths else { return }
        if path.trustDomain != nil, let end = paths.sunset(of: path), end < now {
            let name = path.chain.last.map { NamedSubject($0.certificate, role: .authority).name } ?? ""
            add(false, .fail, .noCertificateChainFoundNoPOE, .anchorNoLongerTrusted(name, until: end), nil, 0)
        }
        for fault in path.faults {
            let subject = Self.subject(fault.certificateIndex, path, role)
            add(
                false, .fail, Self.subIndication(of: fault, in: path),
                .pathRule(fault.rule, subject, Self.detail(of: fault, in: path)), fault.rule, fault.certificateIndex)
        }
        guard path.faults.isEmpty else { return }
        add(
            !path.hasUncheckedRevocation, policy.level(of: .revocationChecked), .certificateChainGeneralFailure,
            .revocationNotChecked(path.revocationMode), nil, 0)
        for (index, link) in path.chain.dropLast().enumerated() {
            guard case .good(let issued) = link.revocation else { continue }
            checkEvidence(of: link, index, issued, role, policy, path, at: reference ?? time, time)
        }
    }

    private mutating func checkEvidence(
        of link: PathResult.Link, _ index: Int, _ issued: Instant, _ role: NamedSubject.Role,
        _ policy: ValidationPolicy, _ path: PathResult, at reference: Instant, _ time: Instant
    ) {
        let isFresh = policy.freshness.isFresh(
            thisUpdate: issued, nextUpdate: link.revocationNextUpdate, at: reference)
        add(
            isFresh || link.revocationNextUpdate == nil && policy.freshness.rule == .nextUpdate, .fail, .tryLater,
            .revocationNotFresh(Self.subject(index, path, role), issued: issued, wanted: reference), .revocationStale,
            index)
        guard let issuer = link.revocationIssuer else { return }
        let role = link.ocspResponse == nil ? NamedSubject.Role.listIssuer : .ocspResponder
        add(
            time <= issuer.notAfter || path.chain.contains { $0.certificate == issuer }, .fail,
            .revocationOutOfBoundsNoPOE,
            .revocationIssuerOutOfBounds(NamedSubject(issuer, role: role), until: issuer.notAfter), nil, index)
    }

    private mutating func add(
        _ holds: Bool, _ level: ConstraintLevel, _ subIndication: SubIndication, _ message: @autoclosure () -> Message,
        _ rule: PathRule?, _ index: Int
    ) {
        block.add(Check(holds, level, else: subIndication, message()))
        guard doubt == nil, block.subIndication != nil, let path else { return }
        doubt = Doubt(rule: rule, index: index, since: Self.since(path, index))
    }

    private static func since(_ path: PathResult, _ index: Int) -> Instant? {
        guard path.chain.indices.contains(index), case .revoked(let since, _) = path.chain[index].revocation else {
            return nil
        }
        return since
    }

    static func subject(_ index: Int, _ path: PathResult, _ role: NamedSubject.Role) -> NamedSubject {
        guard path.chain.indices.contains(index) else { return NamedSubject(name: "", role: role) }
        return NamedSubject(path.chain[index].certificate, role: index == 0 ? role : .authority)
    }

    static func subIndication(of fault: PathResult.Fault, in path: PathResult) -> SubIndication {
        let isLeaf = fault.certificateIndex == 0
        switch fault.rule {
        case .noPath: return .noCertificateChainFound
        case .signature, .overBudget, .criticalExtension, .notAnAuthority, .keyCertSign, .pathLength,
            .revocationUnknown, .nameChaining, .malformedExtension, .nameConstraints, .policy, .policyMapping,
            .algorithm:
            return .certificateChainGeneralFailure
        case .keyUsage, .extendedKeyUsage: return .chainConstraintsFailure
        case .revoked: return isLeaf ? .revokedNoPOE : .revokedCANoPOE
        case .onHold, .revocationStale: return .tryLater
        case .notYetValid, .expired:
            // Of a signer that is an anchor itself nobody states revocation: there is nothing left to be known of it.
            let isSettled = path.chain.first?.isKnownGood == true || path.chain.count == 1
            return isLeaf && isSettled ? .outOfBoundsNotRevoked : .outOfBoundsNoPOE
        }
    }

    private static func detail(of fault: PathResult.Fault, in path: PathResult) -> Message.PathDetail {
        guard path.chain.indices.contains(fault.certificateIndex) else { return .none }
        let link = path.chain[fault.certificateIndex]
        switch (fault.rule, link.revocation) {
        case (.revoked, .revoked(let since, _)), (.onHold, .revoked(let since, _)): return .since(since)
        case (.revocationStale, .stale(let next?)): return .newListDue(next)
        case (.expired, _): return .ended(link.certificate.notAfter)
        case (.notYetValid, _): return .begins(link.certificate.notBefore)
        case (.noPath, _): return .issuer(link.certificate.issuer.description)
        case (.revocationUnknown, _): return .listNeeded(link.certificate.issuer.description)
        default: return .none
        }
    }
}

extension PathResult.Link {
    /// Whether it is known not to be revoked.
    var isKnownGood: Bool {
        if case .good = revocation { true } else { false }
    }
    /// Whether all that is known of it is too old.
    var isStale: Bool {
        if case .stale = revocation { true } else { false }
    }
}
