// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import Hummingbird
import TestPKI

/// The official's desk: dossiers that came in, the verdict on each, and the way back of a result.
struct OfficePages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/office", for: .official) { visit, _ in try await list(visit) }
        routes.page("/office/:code", for: .official) { visit, parameters in
            try await OfficePage(site: site).answer(dossier(parameters.get("code")), visit)
        }
        routes.page("/office/:code/attachments/:ordinal", for: .official) { visit, parameters in
            let dossier = try await dossier(parameters.get("code"))
            guard let ordinal = parameters.get("ordinal").flatMap({ Int($0) }),
                let entry = dossier.manifest.attachments.first(where: { $0.ordinal == ordinal }),
                dossier.files.indices.contains(ordinal - 1)
            else { throw PortalError.notFound }
            return .file(Array(dossier.files[ordinal - 1].bytes), name: entry.name, mediaType: entry.mediaType)
        }
        routes.action("/office/:code/open", for: .official, from: "/office/:code") { visit, _, parameters in
            let dossier = try await dossier(parameters.get("code"))
            guard let package = try dossier.package() else { throw PortalError.notFound }
            let opened = try await site.world.release.open(
                package, for: try visit.identity().name, in: site.world.store, at: visit.now)
            visit.session?.keep(opened, in: dossier.code)
            visit.session?.say(
                visit.words(
                    "Dịch vụ cấp quyền đã ghi nhật ký và cho đọc.",
                    "The release service has logged it and let you read."))
            return .redirect("/office/\(dossier.code)")
        }
        routes.page("/office/:code/papers/:index", for: .official) { visit, parameters in
            guard let opened = try await site.opened(in: dossier(parameters.get("code")), visit),
                let index = parameters.get("index").flatMap({ Int($0) }),
                opened.papers.indices.contains(index),
                let bytes = opened.papers[index].bytes
            else { throw PortalError.notFound }
            let item = opened.papers[index].item
            return .file(bytes, name: item.name, mediaType: item.mediaType)
        }
        routes.page("/office/:code/papers/:index/copy", for: .official) { visit, parameters in
            guard let opened = try await site.opened(in: dossier(parameters.get("code")), visit),
                let index = parameters.get("index").flatMap({ Int($0) }),
                opened.papers.indices.contains(index)
            else { throw PortalError.notFound }
            let copy = opened.papers[index].copy
            return .file(
                try CanonicalJSON.encode(copy), name: copy.title + ".copy.json", mediaType: "application/json")
        }
        routes.upload("/office/:code/result", for: .official, from: "/office/:code") { visit, form, files, parameters in
            let dossier = try await dossier(parameters.get("code"))
            guard let session = visit.session else { throw PortalError.signInNeeded }
            return try await session.once("result \(dossier.code)") {
                try await answer(self.dossier(dossier.code), form, files, visit)
            }
        }
    }

    private func dossier(_ code: String?) async throws -> ReceivedDossier {
        guard let code, let found = try await site.world.desk.dossier(code) else {
            throw PortalError.notFound
        }
        return found
    }

    private func list(_ visit: Visit) async throws -> Answer {
        let t = visit.words
        let all = try await site.world.desk.all()
        let rows = all.map { dossier -> HTML in
            let state =
                dossier.results.isEmpty
                ? t("chờ giải quyết", "to be decided") : t("đã trả kết quả", "answered")
            return """
                <tr><th scope="row"><a href="/office/\(dossier.code)">\(dossier.code)</a></th><td>\(t(dossier.procedure.name))</td>
                <td>\(foreign: dossier.sender.name)</td><td>\(t.time(dossier.receivedAt))</td><td>\(state)</td></tr>
                """
        }
        var body: HTML = "<p>\(t("Chưa có hồ sơ nào.", "Nothing has come in."))</p>"
        if !all.isEmpty {
            body = """
                <div class="scroll" role="region" tabindex="0" aria-label="\(t("Hồ sơ đến", "Received dossiers"))"><table><thead><tr><th scope="col">\(t("Mã hồ sơ", "Dossier"))</th>
                <th scope="col">\(t("Thủ tục", "Procedure"))</th><th scope="col">\(t("Người nộp", "From"))</th>
                <th scope="col">\(t("Nhận lúc", "Received"))</th><th scope="col">\(t("Tình trạng", "State"))</th></tr></thead><tbody>\(rows)</tbody></table></div>
                """
        }
        return .page(title: t("Hồ sơ đến", "Received dossiers"), body)
    }

    /// Signs a result with the agency's key and leaves it in the citizen's vault; no key of the citizen is needed.
    private func answer(
        _ dossier: ReceivedDossier, _ form: Form, _ files: [UploadedFile], _ visit: Visit
    ) async throws -> Answer {
        guard dossier.results.isEmpty else { return .redirect("/office/\(dossier.code)") }
        guard let file = files.first else { throw PortalError.badForm(FormWords.noFile) }
        let source = MemorySource(file.bytes)
        guard try MediaType.of(source) == "application/pdf" else {
            throw PortalError.badForm(
                Phrase(vi: "Kết quả phải là tệp PDF.", en: "A result has to be a PDF."))
        }
        let type = form.text("type").flatMap { site.world.types[$0]?.code } ?? "other"
        let signer = try site.world.agency.signer()
        _ = try SignerCheck(site.world.validator).check(signer, at: visit.now)
        let signed: [UInt8]
        do {
            signed = try await PDFDocument(parsing: source).signed(
                by: signer, claiming: visit.now, reason: "Kết quả giải quyết hồ sơ \(dossier.code)")
        } catch {
            throw PortalError.badForm(
                Phrase(vi: "Không ký được tệp PDF này: \(error)", en: "This PDF cannot be signed: \(error)")
            )
        }
        guard let sha256 = Digest32(octets: try DigestAlgorithm.sha256.digest(of: MemorySource(signed)))
        else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        var metadata = DocumentMetadata(type: type, name: file.name, mediaType: "application/pdf")
        metadata.issuerName = site.world.agencyName
        metadata.issuedOn = visit.today
        metadata.procedure = dossier.procedure.code
        metadata.number = form.text("number")
        metadata.validUntil = form.text("validUntil").flatMap { CalendarDate($0) }
        metadata.subjects = [dossier.sender.subject]
        // Only the ticket that the citizen signed with the dossier: nobody on the way can put another vault in its place.
        let examination = try dossier.examination(by: site.world.validator, at: visit.now)
        let ticket = try examination.depositTicket(in: dossier.received)
        let receipt = try await ticket.deposit(
            MemorySource(signed), sha256: sha256, metadata: metadata, depositor: site.world.agencyName,
            in: site.world.store, at: visit.now)
        try await site.world.desk.add(
            ReceivedDossier.Result(
                name: file.name, sha256: sha256.description, receipt: receipt,
                by: try visit.identity().name,
                at: visit.now), to: dossier.code)
        visit.session?.say(
            visit.words(
                "Kết quả đã được ký và gửi vào kho của công dân.",
                "The result was signed and left in the citizen's vault."))
        return .redirect("/office/\(dossier.code)")
    }
}
