// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// An agency's card of which the signature, the certificate and its path, revocation and purpose were found good.
///
/// Made by `DossierKit` only (`SignedAgencyCard.validated`): the vault takes keys from nowhere else.
public struct ValidatedCard: Sendable, Hashable {
    /// The card.
    public let card: AgencyCard
    /// SHA-256 of the certificate that signed it.
    public let certificate: Digest32
    /// Name of the trust domain to which the certificate leads.
    public let trustDomain: String
    /// When it was judged; a release is made on a judgement of the same day only.
    public let validatedAt: Instant

    /// States that a card was validated; `package`, so that no caller of the library can say so.
    package init(_ card: AgencyCard, certificate: Digest32, trustDomain: String, validatedAt: Instant) {
        self.card = card
        self.certificate = certificate
        self.trustDomain = trustDomain
        self.validatedAt = validatedAt
    }

    /// How long a judgement serves for a release, in seconds: 24 hours.
    public static let longestJudgement: Int64 = 86_400

    /// Whether the card is in force and was judged within the last 24 hours.
    func isUsable(at time: Instant) -> Bool {
        card.isInForce(at: time) && validatedAt <= time
            && time <= validatedAt.adding(seconds: Self.longestJudgement)
    }
}
