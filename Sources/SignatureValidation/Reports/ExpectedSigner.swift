// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX

/// The person or organisation that was to sign, to hold a certificate's numbers against.
public struct ExpectedSigner: Sendable, Hashable {
    /// What the number is.
    public let kind: SubjectIdentifier.Kind
    /// The number without prefix.
    public let value: String

    /// Names a person by a number.
    public init(kind: SubjectIdentifier.Kind, value: String) {
        self.kind = kind
        self.value = value.filter { !$0.isWhitespace }
    }

    /// Reads `KIND:VALUE`, for example `citizen-id:001099000001` or `MST:0106323762`.
    ///
    /// - Throws: ``SignatureValidationError`` `invalidExpectation` for a kind that is not known or an empty value.
    public init(parsing text: String) throws(SignatureValidationError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Self.kinds[parts[0].lowercased()],
            parts[1].contains(where: { !$0.isWhitespace })
        else {
            throw SignatureValidationError(
                .invalidExpectation,
                "expected KIND:VALUE, KIND one of \(Self.kinds.keys.sorted().joined(separator: ", "))")
        }
        self.init(kind: kind, value: String(parts[1]))
    }

    private static let kinds: [String: SubjectIdentifier.Kind] = [
        "citizen-id": .citizenID, "cccd": .citizenID, "former-identity-card": .formerIdentityCard,
        "cmnd": .formerIdentityCard, "tax-code": .taxCode, "mst": .taxCode, "passport": .passport, "hc": .passport,
        "social-insurance": .socialInsurance, "bhxh": .socialInsurance, "other": .other,
    ]

    /// How a certificate's numbers compare: by value, and by kind as the number's shape tells it.
    func match(_ identifiers: [SubjectIdentifier]) -> SignatureReport.SignerMatch {
        let same = identifiers.filter { $0.kind == kind }
        guard !same.isEmpty else { return .absent }
        return same.contains { $0.value == value } ? .match : .mismatch
    }
}
