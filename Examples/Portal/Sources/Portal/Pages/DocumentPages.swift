// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import Hummingbird

/// Putting documents into the vault, and what each of them proves.
struct DocumentPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/vault/add", for: .citizen) { visit, _ in
            _ = try await site.vault(visit)
            return form(visit)
        }
        routes.upload("/vault/documents", for: .citizen, from: "/vault/add") { visit, form, files, _ in
            guard let file = files.first else { throw PortalError.badForm(FormWords.noFile) }
            return try await keep(file, described: description(form, visit), visit)
        }
        routes.page("/vault/samples", for: .citizen) { visit, _ in
            _ = try await site.vault(visit)
            return samples(visit)
        }
        routes.page("/vault/samples/:file", for: .citizen) { visit, parameters in
            let paper = try paper(parameters.get("file"))
            return .file(paper.bytes, name: paper.file, mediaType: "application/pdf")
        }
        routes.action("/vault/samples/:file", for: .citizen, limit: .upload) { visit, _, parameters in
            let paper = try paper(parameters.get("file"))
            return try await keep(
                UploadedFile(name: paper.file, bytes: paper.bytes), described: Described(paper), visit)
        }
        routes.page("/vault/documents/:id", for: .citizen) { visit, parameters in
            let (vault, record) = try await document(visit, parameters.get("id"))
            return try await DocumentPage(site: site).answer(record, in: vault, visit)
        }
        routes.page("/vault/documents/:id/content", for: .citizen) { visit, parameters in
            let (vault, record) = try await document(visit, parameters.get("id"))
            let bytes = try await vault.read(record.id).bytes()
            return .file(
                bytes, name: record.current.metadata.name, mediaType: record.current.metadata.mediaType)
        }
    }

    /// A document of the visitor's own vault; those of others do not exist here.
    private func document(_ visit: Visit, _ id: String?) async throws -> (Vault, DocumentRecord) {
        let vault = try await site.vault(visit)
        guard let id = id.flatMap({ DocumentID($0) }) else { throw PortalError.notFound }
        return (vault, try await vault.document(id))
    }

    private func paper(_ file: String?) throws(PortalError) -> SamplePaper {
        guard let paper = site.world.papers.first(where: { $0.file == file }) else { throw .notFound }
        return paper
    }

    /// What is said of a document that is put in.
    struct Described {
        var type = "other"
        var number: String?
        var issuer: String?
        var issuerKind: IssuerKind?
        var issuedOn: CalendarDate?
        var validUntil: CalendarDate?
        var subjects: [String] = []
        var fields: [DocumentField] = []

        init() {}

        init(_ paper: SamplePaper) {
            let said = paper.description
            type = said.type
            number = said.number
            issuer = said.issuer
            issuerKind = said.issuerKind
            issuedOn = said.issuedOn
            validUntil = said.validUntil
            subjects = (said.subjects ?? []).map(\.id)
            fields = said.vaultFields()
        }
    }

    private func description(_ form: Form, _ visit: Visit) throws -> Described {
        var said = Described()
        if let type = form.text("type"), site.world.types[type] != nil { said.type = type }
        said.number = form.text("number")
        said.issuer = form.text("issuer")
        said.issuerKind = form.text("issuerKind").flatMap { IssuerKind(rawValue: $0) }
        for (name, path) in [("issuedOn", \Described.issuedOn), ("validUntil", \Described.validUntil)] {
            guard let text = form.text(name) else { continue }
            guard let day = CalendarDate(text) else {
                throw PortalError.badForm(
                    Phrase(vi: "Ngày ghi theo dạng năm-tháng-ngày.", en: "Dates are written yyyy-mm-dd."))
            }
            said[keyPath: path] = day
        }
        let person = try site.world.person(visit.identity())
        switch form["subject"].flatMap(SubjectRole.init(rawValue:)) {
        case .applicant, nil: said.subjects = [person.subject]
        case let role?: said.subjects = person.related[role] ?? []
        }
        return said
    }

    private func keep(_ file: UploadedFile, described said: Described, _ visit: Visit) async throws
        -> Answer
    {
        guard let session = visit.session else { throw PortalError.signInNeeded }
        let digest = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: MemorySource(file.bytes)))
        return try await session.once("keep \(digest)") { try await keepOnce(file, described: said, visit) }
    }

    private func keepOnce(_ file: UploadedFile, described said: Described, _ visit: Visit) async throws
        -> Answer
    {
        let vault = try await site.vault(visit)
        let source = MemorySource(file.bytes)
        let report = await site.report(on: file, at: visit.now)
        guard let sha256 = report.sha256.flatMap(Digest32.init) else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        let mediaType = try MediaType.of(source)
        let findings = try await vault.examine(
            source, sha256: sha256, name: file.name, mediaType: mediaType)
        guard !findings.contains(.empty) else { throw PortalError.badForm(FormWords.noFile) }
        if findings.contains(.duplicate),
            let known = try await vault.documents(withDigest: sha256).first
        {
            visit.session?.say(visit.words.sentence(IntakeFinding.duplicate.phrase) + ".")
            return .redirect("/vault/documents/\(known.id)")
        }
        var metadata = DocumentMetadata(type: said.type, name: file.name, mediaType: mediaType)
        metadata.number = said.number
        metadata.issuerName = said.issuer
        metadata.issuerKind = said.issuerKind
        metadata.issuedOn = said.issuedOn
        metadata.validUntil = said.validUntil
        metadata.subjects = said.subjects
        metadata.isSensitive = site.world.types[said.type].map { $0.sensitivity == .sensitive }
        // A file that cannot be judged stays on the holder's word.
        let provenance =
            report.report == nil
            ? Provenance.selfDeclared(sha256) : try Provenance.verified(report, source: .selfUpload)
        // What the file itself says; values are the issuer's only where the signature over them holds.
        var fields = said.fields
        if fields.isEmpty, let type = site.world.types[said.type] {
            let data = try? DocumentData(reading: source)
            fields = data?.fields(of: type, isSigned: provenance.assurance != .selfDeclared) ?? []
        }
        let reference = try await vault.store(
            source, metadata: metadata, provenance: provenance, fields: fields, at: visit.now)
        if report.report != nil { visit.session?.verdicts.keep(report, of: reference, at: visit.now) }
        try await site.keepAnchor(of: vault)
        let remarks = findings.map { visit.words.sentence($0.phrase) + "." }.joined(separator: " ")
        visit.session?.say(
            visit.words("Đã cất vào kho.", "It is in the vault.") + (remarks.isEmpty ? "" : " " + remarks)
        )
        return .redirect("/vault/documents/\(reference.document)")
    }

    private func form(_ visit: Visit) -> Answer {
        let t = visit.words
        let types = site.world.types.types.map { (value: $0.code, name: t($0.name)) }
        let subjects: [SubjectRole] = [.applicant, .spouse, .child, .parent, .host]
        let people = subjects.map { role in
            (value: role.rawValue, name: role == .applicant ? t("tôi", "me") : t(role.name))
        }
        let issuers =
            [(value: "", name: t("không rõ", "not known"))]
            + IssuerKind.allCases.map { (value: $0.rawValue, name: t.sentence($0.name)) }
        let body: HTML = """
            <form method="post" action="/vault/documents" enctype="multipart/form-data" data-upload>\(Parts.token(visit))
            <div class="field"><label for="f-file">\(t("Tệp", "File"))</label>
            <p class="hint" id="f-file-hint">\(t("Tối đa", "At most")) \(t.size(Int64(site.settings.largestUpload))). \(t("Tệp được mã hóa ngay khi nhận, không ghi tạm ra đĩa.", "It is sealed as it arrives and never lies on a disk in the clear."))</p>
            <input id="f-file" name="file" type="file" required aria-describedby="f-file-hint"></div>
            \(Parts.choice("type", t("Loại giấy tờ", "Kind of document"), types, chosen: "other"))
            \(Parts.choice("subject", t("Giấy tờ nói về ai?", "Whom does it concern?"), people))
            \(Parts.field("number", t("Số, ký hiệu (nếu có)", "Number (if any)")))
            \(Parts.field("issuer", t("Nơi cấp (nếu có)", "Issued by (if any)")))
            \(Parts.choice("issuerKind", t("Cấp của nơi cấp (nếu biết)", "Kind of the issuing body (if known)"), issuers, chosen: ""))
            \(Parts.field("issuedOn", t("Ngày cấp (nếu có)", "Issued on (if any)"), type: "date"))
            \(Parts.field("validUntil", t("Có giá trị đến (nếu có)", "Valid until (if any)"), type: "date"))
            <button>\(t("Cất vào kho", "Put into the vault"))</button>\(UploadScript.progress(t))</form>
            <p class="hint">\(t("Những gì bạn khai ở đây là lời của bạn. Chỉ chữ ký số trong tệp, sau khi kiểm tra, mới nâng độ tin cậy.", "What you state here is your own word. Only a digital signature in the file, once checked, makes it more."))</p>
            """
        return .page(title: t("Cất giấy tờ vào kho", "Put a document into the vault"), body, hasUpload: true)
    }

    private func samples(_ visit: Visit) -> Answer {
        let t = visit.words
        let rows = site.world.papers.map { paper -> HTML in
            let path = "/vault/samples/\(paper.file)"
            let signed =
                paper.isSigned
                ? t("đã được xã thử nghiệm ký", "signed by the test commune") : t("chưa ký", "not signed")
            return """
                <tr><th scope="row">\(t(paper.name))<br><a href="\(path)">\(paper.file)</a></th><td>\(signed)</td>
                <td>\(Parts.button(visit, path, t("Cất vào kho", "Keep") + " – " + t(paper.name), style: "second small"))</td></tr>
                """
        }
        let body: HTML = """
            <p class="lead">\(t("Giấy tờ bịa đặt để thử. Khi cất từ trang này, số, ngày và các trường dữ liệu được lấy như một sổ đăng ký thử nghiệm cho biết.", "Invented papers to try. Kept from this page, number, dates and fields are taken as a test register would tell them."))</p>
            <div class="scroll" role="region" tabindex="0" aria-label="\(t("Giấy tờ mẫu", "Sample papers"))"><table>
            <thead><tr><th scope="col">\(t("Giấy tờ", "Paper"))</th><th scope="col">\(t("Chữ ký", "Signature"))</th><th scope="col">\(t("Cất", "Keep"))</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
        return .page(title: t("Giấy tờ mẫu", "Sample papers"), body)
    }
}
