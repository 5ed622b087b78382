// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A check: what must hold, how much weight it has, what it means when it does not hold, and the words for that.
package struct Check: Sendable {
    package let holds: Bool
    package let level: ConstraintLevel
    package let subIndication: SubIndication
    /// `nil` for a check that holds: nobody reads its words, and a subject's name has to be read for them.
    package let message: Message?

    package init(
        _ holds: Bool, _ level: ConstraintLevel = .fail, else subIndication: SubIndication,
        _ message: @autoclosure () -> Message
    ) {
        self.holds = holds
        self.level = level
        self.subIndication = subIndication
        self.message = holds ? nil : message()
    }
}

/// What one building block of EN 319 102-1 §5.2 concluded: the first check that failed decides, all are reported.
package struct BuildingBlock: Sendable {
    /// The first failed check's sub-indication; `nil` when the block passed.
    package private(set) var subIndication: SubIndication?
    /// Remarks in the order of the checks.
    package private(set) var findings: [Finding] = []

    package init() {}

    /// Makes a block from checks in their order.
    package init(_ checks: [Check]) { for check in checks { add(check) } }

    /// Adds the outcome of a check.
    package mutating func add(_ check: Check) {
        guard let message = check.message, let severity = Finding.Severity(check.level) else { return }
        if severity == .failure { subIndication = subIndication ?? check.subIndication }
        findings.append(message.finding(severity))
    }

    /// Adds a remark that is not the outcome of a check.
    package mutating func note(_ severity: Finding.Severity, _ message: Message) {
        findings.append(message.finding(severity))
    }
}
