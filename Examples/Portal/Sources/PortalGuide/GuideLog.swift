// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import HTTPTypes
import Hummingbird

extension Guide {
    struct Read: ResponseEncodable {
        struct Paper: Encodable { let copy: GrantedCopy, sha256: String }
        let papers: [Paper]
    }
    struct History: ResponseEncodable {
        struct Line: Encodable { let what, who, dossier: String }
        let standing: String
        let lines: [Line]
    }

    func addAgencyPages(to router: Router<BasicRequestContext>) {
        // For officials: a real portal has them sign in.
        router.post("/office/:dossier/read") { _, context in
            do {
                let papers = try await agency.read(
                    context.parameters.get("dossier") ?? "", in: store, at: clock())
                return Read(
                    papers: try papers.map { copy, bytes in
                        Read.Paper(
                            copy: copy, sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)))
                    })
            } catch is ReleaseRefusal {
                // Expired, withdrawn or used up; the refusal stands in the log as well.
                throw HTTPError(.forbidden)
            }
        }
        // For the citizen: who, what, when, why.
        router.get("/log") { request, _ in
            let vault = try sessions.vault(request)
            let log = agency.releases.log
            let (checkpoint, entries) = try await log.history(of: vault.id, at: clock())
            let word = try await log.cosignature(of: checkpoint, by: agency.witness, at: clock())
            let history = try await AccessHistory(
                entries, checkpoint, signedBy: log.verification, since: vault.accessLogAnchor(of: log.verification),
                cosignatures: [word], trusting: [agency.witness.verification], at: clock())
            try await vault.anchor(history, signedBy: log.verification, at: clock())
            return History(
                standing: history.standing.phrase.vi,
                lines: history.lines(with: try await vault.grants()).map { line in
                    History.Line(
                        what: line.record?.kind.rawValue ?? "withheld", who: line.record?.agency ?? "",
                        dossier: line.record?.dossier ?? "")
                })
        }
    }
}
