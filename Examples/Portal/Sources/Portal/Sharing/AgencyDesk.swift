// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// A dossier as it lies at the agency.
struct ReceivedDossier: Sendable {
    /// What the agency made of it.
    struct Result: Sendable {
        let name: String
        let sha256: String
        let receipt: DepositReceipt
        let by: String
        let at: Instant
    }

    let code: String
    let procedure: ReusePlan.ProcedureReference
    let sender: IdentityAssertion
    let sealed: SealedDossier
    let receivedAt: Instant
    var results: [Result] = []
    /// The papers that were read under the citizen's grant; the agency keeps them with the dossier.
    var opened: OpenedGrant?

    static let grantType = "grant-package"
    static let grantName = "quyen-doc.grant"

    /// The attachments as they arrived.
    var received: [ReceivedAttachment] {
        zip(sealed.manifest.attachments, sealed.attachments).map { entry, attachment in
            ReceivedAttachment(ordinal: entry.ordinal, name: entry.name, source: attachment.source)
        }
    }

    /// The grant that the citizen signed with the dossier; `nil` for a dossier that cites nothing.
    func package() throws -> GrantPackage? {
        guard let attachment = sealed.attachments.first(where: { $0.type == Self.grantType }) else {
            return nil
        }
        return try GrantPackage(parsing: attachment.source.allBytes(limit: Int64(GrantPackage.largest)))
    }
}

/// The agency's desk: what came in, and what was answered. A back office of its own in real life; here it is memory.
actor AgencyDesk {
    private var dossiers: [String: ReceivedDossier] = [:]
    private var count = 0

    /// A code for a new dossier: agency, day, number of the day.
    func newCode(on day: CalendarDate) -> String {
        count += 1
        let parts = day.parts
        let date = [parts.year % 100, parts.month, parts.day].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined()
        let number = "\(count)"
        return "T01.01-\(date)-" + String(repeating: "0", count: max(0, 4 - number.count)) + number
    }

    func receive(_ dossier: ReceivedDossier) { dossiers[dossier.code] = dossier }

    func dossier(_ code: String) -> ReceivedDossier? { dossiers[code] }

    /// All, the newest first.
    func all() -> [ReceivedDossier] { dossiers.values.sorted { $0.code > $1.code } }

    func add(_ result: ReceivedDossier.Result, to code: String) {
        dossiers[code]?.results.append(result)
    }

    func keep(_ opened: OpenedGrant, in code: String) { dossiers[code]?.opened = opened }
}
