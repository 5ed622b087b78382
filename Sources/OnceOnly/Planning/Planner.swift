// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// The documents of one vault as one applicant may use them on one day, and what was worked out from that.
///
/// One planner serves one call and one task: what it remembers is a function of its inputs, so a plan made after others
/// equals the plan made alone.
final class Planner {
    private static let representative: UInt8 = SubjectRole.representative.bit()
    private static let scan: UInt8 = EvidenceForm.scan.bit()

    let evidence: EvidenceSet
    let date: CalendarDate
    /// Per entry of the set.
    private let standings: [Standing]
    private var reasonsByBits: [RejectionReason.Bits: [RejectionReason]] = [:]
    private var oldestByMonths: [Int: CalendarDate] = [:]
    private var boards: [CalendarDate: Board] = [:]
    private let listCount: Int
    /// What plans read for their forms.
    let reader: FormReader
    /// Reused from plan to plan.
    var states: [RequirementPlan.Applicability] = []

    /// What holds of a document whatever it is wanted for.
    struct Standing {
        let roles: UInt8
        let grounds: UInt8
        let reasons: RejectionReason.Bits
    }

    /// The requirements evaluated for one day of decision.
    final class Board {
        let decisionBy: CalendarDate
        var outcomes: [RequirementOutcome?]

        init(decisionBy: CalendarDate, count: Int) {
            self.decisionBy = decisionBy
            outcomes = Array(repeating: nil, count: count)
        }

        func lasts(_ entry: EvidenceSet.Entry) -> Bool { entry.lastDay.map { $0 >= decisionBy } ?? true }
    }

    init(evidence: EvidenceSet, applicant: Applicant, date: CalendarDate, listCount: Int) {
        self.evidence = evidence
        self.date = date
        self.listCount = listCount
        var persons: [String: (roles: UInt8, grounds: UInt8)] = [:]
        for (role, ids) in applicant.related {
            for id in ids { persons[id, default: (0, 0)].roles |= role.bit() }
        }
        for representation in applicant.representations where representation.isInForce(on: date) {
            persons[representation.person, default: (0, 0)].roles |= SubjectRole.representative.bit()
            persons[representation.person, default: (0, 0)].grounds |= representation.ground.bit()
        }
        persons[applicant.id, default: (0, 0)].roles |= SubjectRole.applicant.bit()
        let standings = evidence.entries.map { entry in
            var roles: UInt8 = 0
            var grounds: UInt8 = 0
            for case let person? in entry.evidence.subjects.map({ persons[$0] }) {
                roles |= person.roles
                grounds |= person.grounds
            }
            return Standing(roles: roles, grounds: grounds, reasons: Self.reasonsAgainst(entry, on: date))
        }
        self.standings = standings
        // A document that is never offered is not read for a form either.
        reader = FormReader(
            evidence: evidence,
            roles: zip(evidence.entries, standings).map { entry, standing in
                standing.reasons.isEmpty && !entry.isEndUnknown ? standing.roles : 0
            })
    }

    func board(decisionBy: CalendarDate) -> Board {
        if let board = boards[decisionBy] { return board }
        let board = Board(decisionBy: decisionBy, count: listCount)
        boards[decisionBy] = board
        return board
    }

    /// The reasons that hold whomever a document should concern: such a document is never offered, nor read for a form.
    private static func reasonsAgainst(_ entry: EvidenceSet.Entry, on date: CalendarDate) -> RejectionReason.Bits {
        var reasons: RejectionReason.Bits = []
        let evidence = entry.evidence
        if evidence.status == .superseded || entry.isOutdated { reasons.insert(.superseded) }
        if evidence.status == .revoked { reasons.insert(.revoked) }
        if evidence.status == .expired || entry.lastDay.map({ $0 < date }) ?? false { reasons.insert(.expired) }
        if evidence.signature.verdict == .failed { reasons.insert(.signatureInvalid) }
        if let issuedOn = evidence.issuedOn, issuedOn > date { reasons.insert(.notYetIssued) }
        return reasons
    }

    /// All reasons against a document for a specification; empty when it will do.
    func reasonsAgainst(
        _ entry: EvidenceSet.Entry, for specification: EvidenceSpecification
    ) -> RejectionReason.Bits {
        let standing = standings[entry.index]
        let masks = specification.masks
        var reasons = standing.reasons
        var roles = standing.roles
        if masks.grounds != 0, standing.grounds & masks.grounds == 0 { roles &= ~Self.representative }
        let met = roles & masks.subjects
        if specification.concernsEverySubject ? met != masks.subjects : met == 0 { reasons.insert(.wrongSubject) }
        if !specification.fieldValues.isEmpty,
            specification.fieldValues.contains(where: { !(entry.values[$0.key] ?? []).contains($0.value) })
        {
            reasons.insert(.wrongContent)
        }
        if entry.formBit & masks.forms == 0 { reasons.insert(.wrongForm) }
        if isOfWrongIssuer(entry, for: specification) {
            reasons.insert(.wrongIssuer)
        } else if isUnproven(entry, for: specification) {
            reasons.insert(.unverified)
        }
        if let issuedOn = entry.evidence.issuedOn {
            if let oldest = oldestDay(for: specification), issuedOn < oldest { reasons.insert(.stale) }
        } else if entry.isEndUnknown || specification.freshnessMonths != nil || specification.freshnessDays != nil {
            reasons.insert(.issueDateUnknown)
        }
        return reasons
    }

    private func isUnproven(_ entry: EvidenceSet.Entry, for specification: EvidenceSpecification) -> Bool {
        if entry.assurance < specification.minimumAssurance { return true }
        // That a paper is an original is a mere claim of its holder until its origin is proven.
        return entry.assurance == .selfDeclared && entry.evidence.form == .original
            && specification.masks.forms & Self.scan == 0
    }

    private func isOfWrongIssuer(_ entry: EvidenceSet.Entry, for specification: EvidenceSpecification) -> Bool {
        let masks = specification.masks
        if masks.issuers != 0 {
            if entry.issuerBit & masks.issuers == 0 { return true }
        } else if entry.typeIssuers != 0, entry.issuerBit != 0, entry.issuerBit & entry.typeIssuers == 0 {
            return true
        }
        if masks.levels != 0, entry.levelBit & masks.levels == 0 { return true }
        // An agency's own statement needs no signature; a holder's statement is not made better by one.
        guard specification.minimumAssurance > .selfDeclared, entry.evidence.assurance != .agencyVerified,
            entry.evidence.signature.verdict == .passed
        else { return false }
        if specification.trustDomains.isEmpty { return !entry.isSignedByIssuer }
        return !(entry.evidence.signature.trustDomain.map(specification.trustDomains.contains) ?? false)
    }

    /// The earliest day of issue that is fresh enough on the day of the plan.
    private func oldestDay(for specification: EvidenceSpecification) -> CalendarDate? {
        if let days = specification.freshnessDays { return date.adding(days: -days) }
        guard let months = specification.freshnessMonths else { return nil }
        if let oldest = oldestByMonths[months] { return oldest }
        // Months are cut to their last day, so several days of issue can end on one day: find the first of them.
        var oldest = date.adding(months: -months).adding(days: -4)
        while oldest.adding(months: months) < date { oldest = oldest.adding(days: 1) }
        oldestByMonths[months] = oldest
        return oldest
    }

    /// Reasons as plans list them.
    func list(_ bits: RejectionReason.Bits) -> [RejectionReason] {
        if let reasons = reasonsByBits[bits] { return reasons }
        let reasons = bits.reasons
        reasonsByBits[bits] = reasons
        return reasons
    }
}
