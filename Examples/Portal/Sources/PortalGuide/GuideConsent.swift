// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird

extension Guide {
    struct Question: ResponseEncodable { let text: String }
    struct Agreement: Decodable { let text: String, agrees: Bool }
    struct Granted: ResponseEncodable { let dossier: String }

    /// The question for a plan: one purpose, one dossier, thirty days, at most three readings.
    private func question(_ plan: ReusePlan) -> ConsentQuestion {
        ConsentQuestion(
            for: plan, dossier: "T01-0001", to: .init(name: agency.name, code: "T01.01"),
            from: clock(), until: clock().adding(seconds: 30 * 86_400), uses: 3)
    }

    func addConsentPages(to router: Router<BasicRequestContext>) {
        router.get("/procedures/:code/consent") { request, context in
            let (_, plan) = try await plan(request, context.parameters.get("code"))
            guard plan.isCovered else { throw HTTPError(.conflict) }
            return Question(text: question(plan).text(in: .vietnamese))
        }
        router.post("/procedures/:code/consent") { request, context in
            let answer = try await request.decode(as: Agreement.self, context: context)
            let (vault, plan) = try await plan(request, context.parameters.get("code"))
            guard plan.isCovered else { throw HTTPError(.conflict) }
            let asked = question(plan)
            // The words that were shown are signed; if the vault has changed meanwhile they no longer fit.
            let consent = try Consent(
                to: asked, shown: answer.text, in: .vietnamese,
                answer: .init(by: Self.citizen, agrees: answer.agrees, channel: "portal", at: clock()))
            let issued = try await vault.grant(
                consent, to: agency.recipient(at: clock()), release: .by(agency.releaser(at: clock())), at: clock())
            if let escrow = issued.escrow { try await agency.releases.register(escrow, at: clock()) }
            await agency.receive(issued.package.bytes, for: asked.dossier)
            return Granted(dossier: asked.dossier)
        }
        router.post("/withdraw") { request, _ -> HTTPResponse.Status in
            let vault = try sessions.vault(request)
            for grant in try await vault.grants() {
                let end = try await vault.revoke(grant.id, reason: "withdrawn", at: clock())
                try await agency.releases.revoke(end, at: clock())
            }
            return .noContent
        }
    }
}
