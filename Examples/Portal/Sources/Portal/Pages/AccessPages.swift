// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import Hummingbird

/// Who may read, who has read, and how to end it.
struct AccessPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/log", for: .citizen) { visit, _ in try await page(visit) }
        routes.action("/grants/:id/revoke", for: .citizen, from: "/log") { visit, _, parameters in
            let vault = try await site.vault(visit)
            guard let id = parameters.get("id").flatMap({ GrantID($0) }) else {
                throw PortalError.notFound
            }
            let revocation = try await vault.revoke(id, reason: "withdrawn by the owner", at: visit.now)
            try await site.world.release.service.revoke(revocation, at: visit.now)
            try await site.keepAnchor(of: vault)
            visit.session?.say(
                visit.words(
                    "Đã rút lại. Từ nay dịch vụ cấp quyền không cho đọc nữa; điều đã đọc không lấy lại được.",
                    "Withdrawn. The release service lets nobody read any more; what was read cannot be taken back."
                ))
            return .redirect("/log")
        }
    }

    private func page(_ visit: Visit) async throws -> Answer {
        let t = visit.words
        let vault = try await site.vault(visit)
        let records = try await vault.list()
        let names = Dictionary(
            records.map { ($0.id, $0.current.metadata.name) }, uniquingKeysWith: { first, _ in first })
        let grants = try await vault.grants()
        let log = site.world.release.service.log
        var (checkpoint, entries) = try await log.history(of: vault.id, at: visit.now)
        if try await settle(grants, in: vault, entries, visit) {
            (checkpoint, entries) = try await log.history(of: vault.id, at: visit.now)
        }
        let witness = site.world.witness
        let word = try await log.cosignature(of: checkpoint, by: witness, at: visit.now)
        let history = try await AccessHistory(
            entries, checkpoint, signedBy: log.verification, since: vault.accessLogAnchor(of: log.verification),
            cosignatures: [word], trusting: [witness.verification], at: visit.now)
        // From now on a shorter or another log is found out, on every device.
        try await vault.anchor(history, signedBy: log.verification, at: visit.now)
        try await site.keepAnchor(of: vault)
        let body: HTML = """
            <h2>\(t("Những gì bạn đã đồng ý", "What you have agreed to"))</h2>
            \(consents(grants, names, visit))
            <h2>\(t("Nhật ký truy cập", "Access log"))</h2>
            <p class="hint">\(t("Do dịch vụ cấp quyền ghi trước khi cho đọc, không do người đọc ghi. Đã đối chiếu: đủ \(entries.count) mục, khớp với mốc trong kho", "Written by the release service before it releases, never by the reader. Checked: all \(entries.count) entries, in agreement with the mark in the vault")); \(t(history.standing.phrase)). \(t("Trong bản trình diễn, bên thứ ba ấy chạy chung chương trình với cổng.", "In the demonstration that third party runs in the portal's own process."))</p>
            \(lines(history.lines(with: grants), names, visit))
            """
        return .page(title: t("Ai được xem và ai đã xem", "Who may read and who has read"), body)
    }

    /// Tells the release service of withdrawals that only the vault knows: whoever withdrew died before it was told.
    ///
    /// - Returns: Whether there were any.
    private func settle(
        _ grants: [GrantRecord], in vault: Vault, _ entries: [AccessLogEntry], _ visit: Visit
    ) async throws -> Bool {
        func logged(_ kind: AccessRecord.Kind) -> Set<Digest32> {
            Set(entries.compactMap(\.record).filter { $0.kind == kind }.compactMap(\.grant))
        }
        let open = logged(.granted).subtracting(logged(.revoked))
        let untold = grants.filter { $0.revokedAt != nil && open.contains($0.digest) }
        for grant in untold {
            try await site.world.release.service.revoke(vault.revoke(grant.id, at: visit.now), at: visit.now)
        }
        return !untold.isEmpty
    }

    private func consents(_ grants: [GrantRecord], _ names: [DocumentID: String], _ visit: Visit)
        -> HTML
    {
        let t = visit.words
        guard !grants.isEmpty else {
            return "<p>\(t("Bạn chưa cho ai đọc gì.", "You have let nobody read anything."))</p>"
        }
        let items = grants.map { grant -> HTML in
            let standing = grant.standing(at: visit.now)
            let papers = grant.items.map {
                names[$0.document] ?? t("giấy tờ đã xóa", "an erased document")
            }
            var button: HTML = .none
            if standing == .inForce || standing == .pending {
                button = Parts.button(
                    visit, "/grants/\(grant.id)/revoke",
                    t("Rút lại đồng ý cho hồ sơ", "Withdraw for dossier") + " \(grant.dossier)",
                    style: "danger small")
            }
            return """
                <li><h3>\(foreign: grant.recipient)</h3>
                \(Parts.facts([
                    (t("Hồ sơ", "Dossier"), "<a href=\"/dossiers/\(value: grant.dossier)\">\(foreign: grant.dossier)</a>"),
                    (t("Giấy tờ", "Documents"), "\(papers.map { name -> HTML in "\(foreign: name)<br>" })"),
                    (t("Thời hạn", "Period"), "\(t.time(grant.notBefore)) – \(t.time(grant.notAfter))"),
                    (t("Số lần đọc được phép", "Times allowed"), "\(grant.uses)"),
                    (t("Tình trạng", "State"), "<strong>\(t.sentence(standing.name))</strong>"),
                ]))\(button)</li>
                """
        }
        return "<ul class=\"plan\">\(items)</ul>"
    }

    private func lines(_ lines: [AccessHistory.Line], _ names: [DocumentID: String], _ visit: Visit)
        -> HTML
    {
        let t = visit.words
        guard !lines.isEmpty else { return "<p>\(t("Nhật ký còn trống.", "The log is empty."))</p>" }
        let rows = lines.map { line -> HTML in
            guard let record = line.record else {
                return
                    "<tr><th scope=\"row\">\(line.place)</th><td colspan=\"3\">\(t("chưa được công khai", "withheld for now"))</td></tr>"
            }
            let papers = record.items.map {
                names[$0.document] ?? t("giấy tờ đã xóa", "an erased document")
            }
            .joined(separator: ", ")
            let count = record.count > 1 ? " × \(record.count)" : ""
            let who = [record.agency, record.official].filter { !$0.isEmpty }.joined(separator: " – ")
            var why: HTML = .none
            if !record.dossier.isEmpty {
                why =
                    "\(t("hồ sơ", "dossier")) \(foreign: record.dossier)<br><span class=\"hint\">\(foreign: papers)</span>"
            }
            if !record.reason.isEmpty {
                why = why + " <span class=\"hint\">\(foreign: record.reason)</span>"
            }
            return """
                <tr><th scope="row">\(t.time(record.time))</th><td>\(t.sentence(record.kind.name))\(count)</td>
                <td>\(foreign: who.isEmpty ? t("chính bạn", "yourself") : who)</td><td>\(why)</td></tr>
                """
        }
        return """
            <div class="scroll" role="region" tabindex="0" aria-label="\(t("Nhật ký truy cập", "Access log"))"><table><thead><tr>
            <th scope="col">\(t("Lúc", "When"))</th><th scope="col">\(t("Việc gì", "What"))</th><th scope="col">\(t("Ai", "Who"))</th>
            <th scope="col">\(t("Vì sao, giấy tờ nào", "Why, which documents"))</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
