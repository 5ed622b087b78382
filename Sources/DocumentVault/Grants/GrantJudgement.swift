// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// What a request must fulfil besides what the service keeps count of: pure, the first reason wins.
enum GrantJudgement {
    static func reason(
        against request: AccessRequest, of grant: Grant, by recipient: ValidatedCard, at time: Instant
    ) -> ReleaseRefusal.Reason? {
        guard recipient.card.role == .recipient, recipient.isUsable(at: time), request.isSigned(by: recipient.card)
        else { return .notAuthenticated }
        guard recipient.card.digest == grant.recipient.card else { return .otherRecipient }
        guard request.procedure == grant.terms.procedure, request.dossier == grant.terms.dossier else {
            return .otherDossier
        }
        guard request.purpose == grant.terms.purpose else { return .otherPurpose }
        guard request.madeAt <= time.adding(seconds: ReleaseService.freshness),
            time <= request.madeAt.adding(seconds: ReleaseService.freshness)
        else { return .stale }
        guard grant.terms.notBefore <= time else { return .notYetValid }
        guard time <= grant.terms.notAfter else { return .expired }
        guard grant.mandate?.isInForce(at: time) ?? true else { return .mandateEnded }
        return nil
    }
}
