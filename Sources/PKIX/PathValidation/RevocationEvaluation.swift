// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// What one piece of revocation information — a list, a list with its delta, a response — says of one certificate.
///
/// Who signed it, and whether that signer may answer, has been judged before; see ``answers``.
struct RevocationStatement: Sendable {
    /// A certificate's revocation as stated.
    struct Revocation: Sendable {
        let date: Instant
        let reason: RevocationReason?
        let invalidityDate: Instant?

        /// Since when the certificate cannot be relied on: the invalidity date may move it earlier, never later.
        var since: Instant { invalidityDate.map { min($0, date) } ?? date }
    }

    /// When the information was issued.
    let thisUpdate: Instant
    /// Until when it is fresh; without it, never.
    let nextUpdate: Instant?
    /// The revocation that it states, if any.
    let revocation: Revocation?
    /// Whether it can say that the certificate is good; otherwise only a revocation in it counts.
    let answers: Bool
    /// For which reasons it would state a revocation (RFC 5280 §6.3.2 (b)).
    var reasons = RevocationReasons.all
    /// The instant from which expired certificates are kept (expiredCertsOnCRL, archiveCutoff), when stated.
    var keepsExpiredSince: Instant?
    /// Whether it names the very certificate (certHash), so that it need not be asked when it was issued.
    var namesCertificate = false
    /// The list, when it is one.
    var list: CertificateRevocationList?
    /// The OCSP response, when it is one.
    var response: OCSPResponse?
    /// Whose key signed it; `nil` for the issuer's of the certificate.
    var signer: Certificate?
    /// The signer's path to its anchor, or to the issuer whose path it shares from there; empty when it stands in the path.
    var signerChain: [PathResult.Link] = []

    /// The same statement with its signer.
    func signed(by certificate: Certificate, _ chain: [PathResult.Link]) -> RevocationStatement {
        var statement = self
        statement.signer = certificate
        statement.signerChain = chain
        return statement
    }

    /// How much earlier than the certificate's notBefore the information may be, in seconds: the clocks of the machines that
    /// sign certificates and lists differ, and a list may have been made while the certificate was.
    private static let tolerance: Int64 = 900

    /// Whether its issuer knew the certificate when it was issued (EN 319 102-1 §5.2.5).
    ///
    /// Who states when a certificate was revoked knows it, however long ago it expired: an earlier instant is then judged by
    /// that date (EN 319 102-1 §5.5.4 c).
    func knows(_ certificate: Certificate) -> Bool {
        if namesCertificate || revocation != nil { return true }
        guard thisUpdate.adding(seconds: Self.tolerance) >= certificate.notBefore else { return false }
        return thisUpdate <= certificate.notAfter || keepsExpiredSince.map { $0 <= certificate.notAfter } ?? false
    }
}

/// Joins what was found about one certificate into its status at an instant. Pure.
enum RevocationEvaluation {
    /// The status with the statement it rests on.
    typealias Finding = (status: RevocationStatus, statement: RevocationStatement?)

    /// The status of a certificate (RFC 5280 §6.3.3, acceptance and freshness by EN 319 102-1 §5.2.5).
    ///
    /// A revocation in any statement counts when it began at or before the instant; a hold also ends with a newer
    /// statement, issued by then, that no longer has it. Good needs fresh statements that know the certificate and
    /// together cover all reasons.
    static func finding(
        for certificate: Certificate, by statements: [RevocationStatement], at time: Instant
    ) -> Finding {
        var good: RevocationStatement?
        var stale: RevocationStatement?
        var reasons: RevocationReasons = []
        var released: Instant?
        for statement in statements.sorted(by: { $0.thisUpdate > $1.thisUpdate }) {
            if let revocation = statement.revocation, revocation.since <= time {
                if revocation.reason == .certificateHold, released != nil { continue }
                return (.revoked(since: revocation.since, reason: revocation.reason), statement)
            }
            guard statement.answers else { continue }
            guard let nextUpdate = statement.nextUpdate, nextUpdate >= time else {
                stale = stale ?? statement
                continue
            }
            guard statement.knows(certificate) else { continue }
            if statement.thisUpdate <= time, statement.reasons.contains(.certificateHold) {
                released = released ?? statement.thisUpdate
            }
            guard !reasons.isSuperset(of: statement.reasons) else { continue }
            reasons.formUnion(statement.reasons)
            good = good ?? statement
        }
        if let good, reasons.isSuperset(of: .all) { return (.good(thisUpdate: good.thisUpdate), good) }
        if let stale { return (.stale(nextUpdate: stale.nextUpdate), stale) }
        return (.unknown, nil)
    }
}

extension PathResult.Link {
    /// A certificate with what the strongest statement says of it.
    init(_ certificate: Certificate, _ status: RevocationStatus, _ statement: RevocationStatement?) {
        self.init(
            certificate: certificate, revocation: status, revocationList: statement?.list,
            ocspResponse: statement?.response, invalidityDate: statement?.revocation?.invalidityDate,
            revocationNextUpdate: statement?.nextUpdate, revocationIssuer: statement?.signer,
            revocationIssuerChain: statement?.signerChain ?? [])
    }
}
