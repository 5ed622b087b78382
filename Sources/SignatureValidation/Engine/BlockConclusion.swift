// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What one building block of EN 319 102-1 §5.2 concluded.
struct BlockConclusion {
    /// The first failed check's sub-indication; `nil` when the block passed.
    var subIndication: SubIndication?
    /// Remarks in the order of the checks.
    var findings: [Finding] = []

    static let passed = BlockConclusion()

    static func failed(_ subIndication: SubIndication, _ findings: [Finding]) -> BlockConclusion {
        BlockConclusion(subIndication: subIndication, findings: findings)
    }
}
