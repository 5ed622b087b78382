// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Plans for whoever visits, from the vault that is open.
struct Planning {
    let site: PortalSite

    func procedure(_ code: String?, on day: CalendarDate) throws(PortalError) -> Procedure {
        guard let found = code.flatMap({ site.world.procedures.procedure($0, on: day) }) else {
            throw .notFound
        }
        return found
    }

    /// - Parameter isFresh: Whether every signature is judged now: for what will be signed. To look at a plan, verdicts of
    ///   the last minute of the same session will do.
    func plan(
        _ procedure: Procedure, answers: [String: String], isFresh: Bool = false, _ visit: Visit
    ) async throws -> ReusePlan {
        let evidence = try await site.evidence(
            in: try await site.vault(visit), at: visit.now, remembering: isFresh ? nil : visit.session?.verdicts)
        return procedure.plan(
            using: evidence, for: try applicant(visit), answers: answers, on: visit.today,
            decisionBy: decision(procedure, visit))
    }

    /// Every procedure in force, nearest to being possible first.
    func overview(_ visit: Visit) async throws -> [ReusePlan] {
        let evidence = try await site.evidence(
            in: try await site.vault(visit), at: visit.now, remembering: visit.session?.verdicts)
        return site.world.procedures.plans(using: evidence, for: try applicant(visit), on: visit.today) {
            decision($0, visit)
        }
    }

    private func decision(_ procedure: Procedure, _ visit: Visit) -> CalendarDate {
        procedure.decisionDay(filedOn: visit.today, calendar: WorkingCalendar(holidays: []))
            ?? visit.today
    }

    private func applicant(_ visit: Visit) throws -> Applicant {
        let person = try site.world.person(visit.identity())
        return Applicant(id: person.subject, related: person.related)
    }
}
