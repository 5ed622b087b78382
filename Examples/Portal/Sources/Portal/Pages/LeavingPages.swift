// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Hummingbird

/// Taking documents out of the vault: erasing one, exporting all, and what the storage can see.
///
/// Exporting and erasing ask for the passphrase again: an open session alone must not be enough.
struct LeavingPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/vault/documents/:id/erase", for: .citizen) { visit, parameters in
            try await eraseForm(visit, parameters.get("id"))
        }
        routes.action("/vault/documents/:id/erase", for: .citizen, limit: .unlock) {
            visit, form, parameters in
            let vault = try await site.vault(visit)
            guard let id = parameters.get("id").flatMap({ DocumentID($0) }) else {
                throw PortalError.notFound
            }
            try await OwnerProof(site: site).check(form, visit)
            let statement = try await vault.erase(
                id, reason: "at the owner's request",
                remaining: [
                    .init(what: "copies handed in with dossiers remain with the agencies", until: nil)
                ],
                at: visit.now)
            try await site.keepAnchor(of: vault)
            return erased(statement, visit)
        }
        routes.page("/vault/export", for: .citizen) { visit, _ in
            _ = try await site.vault(visit)
            return exportForm(visit)
        }
        routes.action("/vault/export", for: .citizen, limit: .unlock) { visit, form, _ in
            let vault = try await site.vault(visit)
            try await OwnerProof(site: site).check(form, visit)
            let now = visit.now
            return .stream(name: "vault-originals.zip", mediaType: "application/zip") { write in
                try await vault.exportOriginals(to: write, at: now)
            }
        }
        routes.page("/vault/leaks", for: .citizen) { visit, _ in
            let vault = try await site.vault(visit)
            return leaks(try await LeakReport(of: vault.id, in: site.world.store), vault.id, visit)
        }
    }

    private func eraseForm(_ visit: Visit, _ id: String?) async throws -> Answer {
        let t = visit.words
        let vault = try await site.vault(visit)
        guard let id = id.flatMap({ DocumentID($0) }) else { throw PortalError.notFound }
        let record = try await vault.document(id)
        let body: HTML = """
            <p class="lead">\(t("Giấy tờ", "The document")) \(foreign: record.current.metadata.name) \(t("và mọi phiên bản của nó sẽ không ai đọc được nữa: khóa bị hủy, nội dung bị xóa.", "and all its versions will be readable by nobody: their keys are destroyed, their contents deleted."))</p>
            <p>\(t("Không lấy lại được. Bản đã nộp trong hồ sơ vẫn ở cơ quan đã nhận.", "This cannot be undone. Copies in dossiers that were handed in stay with the agencies."))</p>
            <form method="post" action="/vault/documents/\(id.description)/erase">\(Parts.token(visit))
            \(OwnerProof.field(t))<div class="actions"><button class="danger">\(t("Xóa vĩnh viễn", "Erase for good"))</button>
            <a class="button second" href="/vault/documents/\(id.description)">\(t("Không xóa", "Do not erase"))</a></div></form>
            """
        return .page(title: t("Xóa giấy tờ", "Erase a document"), body)
    }

    private func erased(_ statement: ErasureStatement, _ visit: Visit) -> Answer {
        let t = visit.words
        let remains = statement.remaining.map { item -> HTML in "<li>\(foreign: item.what)</li>" }
        let body: HTML = """
            <p class="notice" role="status">\(t("Đã xóa. Kho đã ký biên bản xóa dưới đây.", "It is erased. The vault has signed the statement below."))</p>
            \(Parts.facts([
                (t("Lúc", "At"), "\(t.time(statement.erasedAt))"),
                (t("Giấy tờ", "Document"), "<code>\(statement.document.description)</code>"),
                (t("Bản ghi nhật ký", "Journal entry"), "\(statement.entry.sequence)"),
                (t("Dấu vết còn lại", "What is left in the vault"), "\(statement.commitments.count) \(t("giá trị băm của bản mã, không đọc ra được gì", "hash(es) of ciphertext, which tell nothing"))"),
            ]))
            <h2>\(t("Còn ở nơi khác", "What remains elsewhere"))</h2><ul>\(remains)</ul>
            <p><a class="button" href="/vault">\(t("Về kho", "Back to the vault"))</a></p>
            """
        return .page(title: t("Biên bản xóa", "Statement of erasure"), body)
    }

    private func exportForm(_ visit: Visit) -> Answer {
        let t = visit.words
        let body: HTML = """
            <p class="lead">\(t("Bạn nhận một tệp ZIP gồm mọi giấy tờ như khi cất vào và một danh mục máy đọc được.", "You receive a ZIP file with every document as it was put in, and a list that machines can read."))</p>
            <p class="alert">\(t("Tệp này không được mã hóa: ai có tệp đều đọc được.", "The file is not encrypted: whoever has it can read it."))</p>
            <form method="post" action="/vault/export">\(Parts.token(visit))\(OwnerProof.field(t))
            <button>\(t("Xuất kho", "Export"))</button></form>
            """
        return .page(title: t("Xuất kho", "Export the vault"), body)
    }

    private func leaks(_ report: LeakReport, _ vault: VaultID, _ visit: Visit) -> Answer {
        let t = visit.words
        let body: HTML = """
            <p class="lead">\(t("Đây là tất cả những gì người vận hành nơi lưu trữ có thể đo được từ kho của bạn khi không có khóa.", "This is all that whoever runs the storage can measure of your vault without a key."))</p>
            \(Parts.facts([
                (t("Tên của kho ở nơi lưu trữ", "The vault's name there"), "<code>\(vault.description)</code>"),
                (t("Số lần thay đổi", "Changes"), "\(report.entries)"),
                (t("Số phiên bản giấy tờ", "Document versions"), "\(report.documentVersions)"),
                (t("Số nội dung lưu riêng", "Contents kept apart"), "\(report.contents)"),
                (t("Tổng dung lượng đã đệm", "Padded size in all"), "\(t.size(report.contentOctets))"),
                (t("Số lần đổi khóa", "Times the keys were changed"), "\(report.epoch)"),
                (t("Giấy tờ đang chờ nhận", "Deposits that wait"), "\(report.deposits)"),
            ]))
            <p>\(t("Tên, loại, nơi cấp, ngày, giá trị băm và kích thước thật của giấy tờ không nằm trong đó.", "Names, kinds, issuers, dates, digests and true sizes of documents are not among it."))</p>
            <p><a class="button second" href="/vault">\(t("Về kho", "Back to the vault"))</a></p>
            """
        return .page(title: t("Nơi lưu trữ thấy gì?", "What does the storage see?"), body)
    }
}
