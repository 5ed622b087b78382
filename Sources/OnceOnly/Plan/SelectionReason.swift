// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why a document was chosen, compared with the next best one.
public enum SelectionReason: String, Sendable, Hashable, CaseIterable, Codable {
    /// No other document would do.
    case onlyCandidate
    /// It lasts until the decision is due, the next best does not.
    case lastsUntilDecision
    /// Its origin is better proven.
    case strongerProof
    /// It is valid for longer.
    case longerValidity
    /// It is as good as the next best, and serves another requirement too, so fewer documents are disclosed.
    case fewerDocuments
    /// Nothing tells them apart; the first by identifier was taken.
    case firstByIdentifier

    /// The reason in words.
    public var name: Phrase {
        switch self {
        case .onlyCandidate: Phrase(vi: "Là giấy tờ duy nhất đáp ứng", en: "The only document that meets it")
        case .lastsUntilDecision:
            Phrase(vi: "Còn hạn đến khi có kết quả", en: "Lasts until the decision is due")
        case .strongerProof: Phrase(vi: "Nguồn gốc được chứng minh chắc chắn hơn", en: "Its origin is better proven")
        case .longerValidity: Phrase(vi: "Còn thời hạn dài hơn", en: "It is valid for longer")
        case .fewerDocuments:
            Phrase(
                vi: "Dùng được cho nhiều yêu cầu nên phải nộp ít giấy tờ hơn",
                en: "It serves several requirements, so fewer documents are disclosed")
        case .firstByIdentifier:
            Phrase(vi: "Tương đương, chọn theo thứ tự mã giấy tờ", en: "Equal; the first by identifier")
        }
    }
}
