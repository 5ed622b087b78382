// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How the journal that a store shows compares with an ``Anchor``. None of these says "newest".
public enum Freshness: String, Sendable, Hashable, CaseIterable {
    /// The journal has the anchor's entry.
    case anchored
    /// There was no anchor to compare with.
    case unanchored
    /// The journal ends before the anchor.
    case rolledBack = "rolled-back"
    /// The journal has another entry where the anchor stands.
    case forked

    /// What it means, for people.
    public var phrase: Phrase {
        switch self {
        case .anchored:
            Phrase(
                vi: "lịch sử của kho chứa mốc đã ghi nhận",
                en: "the history of the vault contains the anchor kept outside the store")
        case .unanchored:
            Phrase(
                vi: "không có mốc để so sánh: không biết đây có phải trạng thái mới nhất hay không",
                en: "there is no anchor to compare with: whether this is the newest state is not known")
        case .rolledBack: VaultError.Code.rolledBack.phrase
        case .forked: VaultError.Code.forked.phrase
        }
    }
}
