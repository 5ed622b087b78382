// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// What lies in an open vault.
struct VaultListPage {
    let site: PortalSite

    func answer(_ vault: Vault, _ visit: Visit) async throws -> Answer {
        let t = visit.words
        let (arrived, waiting) = try await absorb(vault, visit)
        let records = try await vault.list()
        let rows = records.map { row($0, visit) }
        var list: HTML =
            "<p>\(t("Kho còn trống. Hãy cất giấy tờ đầu tiên.", "The vault is empty. Put your first document in."))</p>"
        if !records.isEmpty {
            list = """
                <div class="scroll" role="region" tabindex="0" aria-label="\(t("Giấy tờ trong kho", "Documents in the vault"))">
                <table><thead><tr><th scope="col">\(t("Giấy tờ", "Document"))</th><th scope="col">\(t("Chứng minh", "What it proves"))</th>
                <th scope="col">\(t("Hiệu lực đến", "Valid until"))</th><th scope="col">\(t("Cất lúc", "Kept since"))</th></tr></thead><tbody>\(rows)</tbody></table></div>
                """
        }
        var news: HTML = .none
        if arrived > 0 {
            news =
                "<p class=\"notice\" role=\"status\">\(t("Có \(arrived) giấy tờ mới do cơ quan trả về kho.", "\(arrived) new document(s) were returned to the vault by an agency."))</p>"
        }
        var noRoom: HTML = .none
        if waiting > 0 {
            noRoom =
                "<p class=\"alert\" role=\"alert\">\(t("Có \(waiting) giấy tờ do cơ quan trả về đang chờ: kho không còn đủ chỗ.", "\(waiting) document(s) from an agency wait: the vault has no room for them."))</p>"
        }
        let body: HTML = """
            \(news)\(noRoom)\(list)
            <p class="actions"><a class="button" href="/vault/add">\(t("Cất giấy tờ", "Put a document in"))</a>
            <a class="button second" href="/vault/samples">\(t("Giấy tờ mẫu để thử", "Sample papers to try"))</a>
            <a class="button second" href="/procedures">\(t("Làm thủ tục", "Start a procedure"))</a></p>
            <h2>\(t("Kho này", "This vault"))</h2>
            \(Parts.facts([
                (t("Tình trạng", "State"), "\(freshness(vault.freshness, t))"),
                (t("Dung lượng đã dùng", "Room used"), "\(t.size(await vault.storedOctets))"),
                (t("Chế độ mở", "Mode"), "<strong>session</strong> – \(t("máy chủ đang phục vụ đọc được kho đến khi khóa hoặc hết phiên", "the serving process can read the vault until it is locked or the session ends"))"),
            ]))
            <div class="actions">
            \(Parts.button(visit, "/vault/lock", t("Khóa kho ngay", "Lock the vault now"), style: "second"))
            <a class="button second" href="/vault/export">\(t("Xuất kho", "Export"))</a>
            <a class="button second" href="/vault/recovery/new">\(t("Mã khôi phục mới", "New recovery code"))</a>
            <a class="button second" href="/vault/leaks">\(t("Nơi lưu trữ thấy gì?", "What does the storage see?"))</a></div>
            \(ModeNotice.html(t))
            """
        return .page(title: t("Kho của tôi", "My vault"), body)
    }

    private func row(_ record: DocumentRecord, _ visit: Visit) -> HTML {
        let t = visit.words
        let metadata = record.current.metadata
        let status = record.status(on: visit.today)
        let type = site.world.types[metadata.type].map { t($0.name) } ?? metadata.type
        let until = metadata.validUntil.map { t.day($0) } ?? t("không thời hạn", "no end")
        let state: HTML =
            status == .active ? .none : "<br><strong>\(t.sentence(status.phrase))</strong>"
        return """
            <tr><th scope="row"><a href="/vault/documents/\(record.id.description)">\(foreign: metadata.name)</a><br><span class="hint">\(type)</span></th>
            <td>\(AssuranceView.html(record.current.provenance, t))\(state)</td><td>\(until)</td><td>\(t.time(record.current.storedAt))</td></tr>
            """
    }

    private func freshness(_ freshness: Freshness, _ t: Words) -> String {
        switch freshness {
        case .anchored:
            t(
                "đầy đủ và là bản mới nhất mà cổng đã thấy",
                "complete, and the newest that the portal has seen")
        case .unanchored:
            t("chưa đối chiếu được với mốc bên ngoài", "not compared with a mark kept outside")
        case .rolledBack: t("cũ hơn mốc đã biết", "older than what is known")
        case .forked: t("khác với mốc đã biết", "other than what is known")
        }
    }

    /// Takes in what agencies returned; their signatures are judged before anything counts as verified.
    ///
    /// - Returns: How many there were, and how many more the vault has no room for.
    private func absorb(_ vault: Vault, _ visit: Visit) async throws -> (arrived: Int, waiting: Int) {
        let validator = site.world.validator
        let absorbed = try await vault.absorbDeposits(at: visit.now) { arrival in
            let bytes = try await arrival.content.bytes()
            let report = try? FileReport(
                path: arrival.version.metadata.name, source: MemorySource(bytes), validator: validator,
                at: visit.now)
            guard let report else { return arrival.version.provenance }
            return try Provenance.verified(report, source: .agencyResult)
        }
        if !absorbed.documents.isEmpty { try await site.keepAnchor(of: vault) }
        return (absorbed.documents.count, absorbed.noRoom.count)
    }
}

/// On whose word a document stands, in words.
enum AssuranceView {
    static func html(_ provenance: Provenance, _ t: Words) -> HTML {
        switch provenance.assurance {
        case .selfDeclared:
            "<span class=\"mark-none\"><span aria-hidden=\"true\">–</span> \(t("Bạn tự khai", "Your own word"))</span>"
        case .signatureVerified, .agencyVerified:
            "<span class=\"mark-ok\"><span aria-hidden=\"true\">✔</span> \(t.sentence(provenance.assurance.phrase))</span><br><span class=\"hint\">\(foreign: provenance.verification?.signer ?? "")</span>"
        }
    }
}
