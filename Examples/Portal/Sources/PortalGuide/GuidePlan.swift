// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird

extension Guide {
    struct Planned: ResponseEncodable {
        struct Row: Encodable { let name, status: String }
        let isCovered: Bool
        let requirements: [Row]
        let missing: [String]
    }

    /// What the vault proves for a procedure today, judged anew: a revoked certificate is noticed here.
    func plan(_ request: Request, _ code: String?) async throws -> (Vault, ReusePlan) {
        let vault = try sessions.vault(request)
        let today = clock().date(atOffset: vietnamOffset)
        guard let procedure = code.flatMap({ procedures.procedure($0, on: today) }) else { throw HTTPError(.notFound) }
        let evidence = try EvidenceSet(
            await vault.evidence(judgedBy: trust.validator, at: clock()), types: types)
        let answers = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
        let decision = procedure.decisionDay(filedOn: today, calendar: WorkingCalendar(holidays: []))
        return (
            vault,
            procedure.plan(
                using: evidence, for: Applicant(id: Self.citizen), answers: answers, on: today,
                decisionBy: decision ?? today)
        )
    }

    func addPlanPage(to router: Router<BasicRequestContext>) {
        router.get("/procedures/:code") { request, context in
            let (_, plan) = try await plan(request, context.parameters.get("code"))
            return Planned(
                isCovered: plan.isCovered,
                requirements: plan.requirements.map {
                    Planned.Row(name: $0.name.vi, status: $0.status.name.vi)
                },
                missing: plan.gaps.filter(\.isBlocking).map { "\($0.name.vi): \($0.reason.name.vi)" })
        }
    }
}
