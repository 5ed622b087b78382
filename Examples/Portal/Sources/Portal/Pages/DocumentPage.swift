// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// One document: what it proves, what is known of it, what can be done with it.
struct DocumentPage {
    let site: PortalSite

    func answer(_ record: DocumentRecord, in vault: Vault, _ visit: Visit) async throws -> Answer {
        let t = visit.words
        let current = record.current
        let metadata = current.metadata
        let bytes = try await vault.read(record.id).bytes()
        let report = await site.report(
            on: UploadedFile(name: metadata.name, bytes: bytes), at: visit.now)
        let type = site.world.types[metadata.type].map { t($0.name) } ?? metadata.type
        var rows: [(name: String, value: HTML)] = [
            (t("Loại", "Kind"), "\(type)"),
            (t("Tình trạng", "Status"), "\(t.sentence(record.status(on: visit.today).phrase))"),
            (t("Độ tin cậy", "On whose word"), AssuranceView.html(current.provenance, t)),
        ]
        if let number = metadata.number {
            rows.append((t("Số, ký hiệu", "Number"), "\(foreign: number)"))
        }
        if let issuer = metadata.issuerName {
            rows.append((t("Nơi cấp", "Issued by"), "\(foreign: issuer)"))
        }
        // Nothing is guessed: where nobody described what kind of body it is, nothing is said of it.
        if let kind = metadata.issuerKind {
            rows.append((t("Cấp của nơi cấp", "Kind of the issuing body"), "\(t.sentence(kind.name))"))
        }
        if let day = metadata.issuedOn { rows.append((t("Ngày cấp", "Issued on"), "\(t.day(day))")) }
        rows.append(
            (
                t("Có giá trị đến", "Valid until"),
                "\(metadata.validUntil.map { t.day($0) } ?? t("không thời hạn", "no end"))"
            ))
        if let dossier = metadata.dossier {
            rows.append((t("Từ hồ sơ", "From dossier"), "\(foreign: dossier)"))
        }
        rows.append((t("Kích thước", "Size"), "\(t.size(current.size))"))
        rows.append((t("Cất lúc", "Kept since"), "\(t.time(current.storedAt))"))
        rows.append(("SHA-256", "<code>\(current.sha256.description)</code>"))
        let fields = current.fields.map { field -> (name: String, value: HTML) in
            (
                site.world.types[metadata.type]?.field(field.name).map { t($0.name) } ?? field.name,
                "\(foreign: field.value)"
            )
        }
        var values: HTML = .none
        if !fields.isEmpty {
            values =
                "<details><summary>\(t("Dữ liệu trong giấy tờ", "Values in the document")) (\(fields.count))</summary>\(Parts.facts(fields))</details>"
        }
        let path = "/vault/documents/\(record.id)"
        let body: HTML = """
            <p class="subtitle">\(foreign: metadata.name)</p>
            <h2>\(t("Giấy tờ này chứng minh được gì?", "What does this document prove?"))</h2>
            <p class="hint">\(t("Chữ ký được kiểm tra lại lúc này", "Signatures were judged anew just now")): \(t.time(visit.now))</p>
            \(VerdictView(t: t).html(report))
            <h2>\(t("Thông tin", "What is known"))</h2>
            \(Parts.facts(rows))\(values)
            <div class="actions"><a class="button" href="\(path)/content">\(t("Tải về", "Download"))</a>
            <a class="button second" href="/vault">\(t("Về kho", "Back to the vault"))</a>
            <a class="button danger" href="\(path)/erase">\(t("Xóa vĩnh viễn", "Erase for good"))</a></div>
            """
        return .page(title: type, body)
    }
}
