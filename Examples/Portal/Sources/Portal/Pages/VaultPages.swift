// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import HTTPTypes
import Hummingbird

/// The citizen's vault: making, opening, what lies in it.
struct VaultPages {
    let site: PortalSite
    private static let shortestPassphrase = 12

    func add(to routes: Routes) {
        routes.page("/vault", for: .citizen) { visit, _ in try await front(visit) }
        routes.action("/vault/create", for: .citizen, limit: .unlock, from: "/vault") { visit, form, _ in
            try await create(visit, form)
        }
        routes.action("/vault/unlock", for: .citizen, limit: .unlock, from: "/vault") { visit, form, _ in
            try await unlock(visit, form)
        }
        routes.action("/vault/lock", for: .citizen, from: "/vault") { visit, _, _ in
            visit.session?.close()
            visit.session?.say(
                visit.words(
                    "Kho đã khóa, khóa giải mã đã bị xóa khỏi máy chủ.",
                    "The vault is locked; its keys are gone from the server."))
            return .redirect("/vault")
        }
    }

    private func front(_ visit: Visit) async throws -> Answer {
        let identity = try visit.identity()
        if visit.session?.pendingCode != nil { return .redirect("/vault/recovery") }
        if visit.session?.vault != nil {
            return try await VaultListPage(site: site).answer(site.vault(visit), visit)
        }
        return try await site.world.accounts.vault(of: identity.subject) == nil
            ? createForm(visit) : unlockForm(visit)
    }

    private func createForm(_ visit: Visit, problem: String? = nil) -> Answer {
        let t = visit.words
        let body: HTML = """
            \(alert(problem))
            <p class="lead">\(t("Bạn chưa có kho. Hãy đặt một mật khẩu; chỉ mật khẩu này hoặc mã khôi phục mới mở được kho.", "You have no vault yet. Choose a passphrase; only it, or the recovery code, opens the vault."))</p>
            <form method="post" action="/vault/create">\(Parts.token(visit))
            \(Parts.field("passphrase", t("Mật khẩu của kho", "Passphrase of the vault"), type: "password", hint: t("Ít nhất \(Self.shortestPassphrase) ký tự; một câu dễ nhớ là tốt nhất.", "At least \(Self.shortestPassphrase) characters; a sentence that you remember is best."), isRequired: true, autocomplete: "new-password"))
            \(Parts.field("again", t("Nhập lại mật khẩu", "The passphrase again"), type: "password", isRequired: true, autocomplete: "new-password"))
            <button>\(t("Tạo kho", "Make the vault"))</button></form>
            \(ModeNotice.html(t))
            """
        return .page(
            title: t("Tạo kho của tôi", "Make my vault"), body, status: problem == nil ? .ok : .badRequest
        )
    }

    private func unlockForm(_ visit: Visit, problem: String? = nil) -> Answer {
        let t = visit.words
        let body: HTML = """
            \(alert(problem))
            <form method="post" action="/vault/unlock">\(Parts.token(visit))
            \(Parts.field("passphrase", t("Mật khẩu của kho", "Passphrase of the vault"), type: "password", isRequired: true, autocomplete: "current-password"))
            <button>\(t("Mở kho", "Open the vault"))</button></form>
            <details><summary>\(t("Quên mật khẩu? Mở bằng mã khôi phục", "Passphrase lost? Open with the recovery code"))</summary>
            <form method="post" action="/vault/unlock">\(Parts.token(visit))
            \(Parts.field("code", t("Mã khôi phục", "Recovery code"), hint: t("14 nhóm bốn ký tự; chữ hoa, chữ thường và dấu gạch không quan trọng.", "14 groups of four characters; case and hyphens do not matter."), isRequired: true))
            <button>\(t("Mở bằng mã khôi phục", "Open with the recovery code"))</button></form></details>
            \(ModeNotice.html(t))
            """
        return .page(
            title: t("Mở kho của tôi", "Open my vault"), body, status: problem == nil ? .ok : .forbidden)
    }

    private func alert(_ problem: String?) -> HTML {
        guard let problem else { return .none }
        return "<p class=\"alert\" role=\"alert\">\(problem)</p>"
    }

    private func create(_ visit: Visit, _ form: Form) async throws -> Answer {
        let t = visit.words
        let identity = try visit.identity()
        guard try await site.world.accounts.vault(of: identity.subject) == nil else {
            return .redirect("/vault")
        }
        let passphrase = form["passphrase"] ?? ""
        guard passphrase.count >= Self.shortestPassphrase else {
            return createForm(
                visit,
                problem: t(
                    "Mật khẩu cần ít nhất \(Self.shortestPassphrase) ký tự.",
                    "The passphrase needs at least \(Self.shortestPassphrase) characters."))
        }
        guard passphrase == form["again"] else {
            return createForm(
                visit, problem: t("Hai lần nhập không giống nhau.", "The two entries differ."))
        }
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await site.gate.run {
            try await Vault.create(
                name: "\(identity.name)", in: site.world.store,
                unlocking: [.passphrase(passphrase), .recoveryCode(code)],
                quota: VaultQuota(
                    document: Int64(site.settings.largestUpload), total: 256 << 20, documents: 500),
                at: visit.now)
        }
        // Who asked two servers at once has one of the two vaults; the other has nothing in it.
        guard try await site.world.accounts.open(vault.id, for: identity.subject) else {
            return .redirect("/vault")
        }
        try await site.keepAnchor(of: vault)
        try await site.world.release.service.log.write(
            AccessRecord(.unlocked, at: visit.now), of: vault.id)
        visit.session?.open(vault)
        visit.session?.keep(Session.PendingCode(try code.text()))
        return .redirect("/vault/recovery")
    }

    private func unlock(_ visit: Visit, _ form: Form) async throws -> Answer {
        let t = visit.words
        let identity = try visit.identity()
        guard let id = try await site.world.accounts.vault(of: identity.subject) else {
            return .redirect("/vault")
        }
        // Whose vault was tried counts beside whence: many addresses do not make many tries.
        if let wait = site.guards.rates.take(.unlock, by: "vault \(id)", at: visit.now) {
            throw PortalError.tooMany(retryAfter: wait)
        }
        do {
            let secret: Unlocking =
                if let code = form.text("code") { .recoveryCode(try RecoveryCode(code)) } else {
                    .passphrase(form["passphrase"] ?? "")
                }
            let anchor = try await site.world.accounts.anchor(of: id)
            let vault = try await site.gate.run {
                try await Vault.open(id, in: site.world.store, unlocking: secret, anchor: anchor)
            }
            // Logged before the session has it: nobody reads unlogged.
            try await site.world.release.service.log.write(AccessRecord(.unlocked, at: visit.now), of: id)
            visit.session?.open(vault)
        } catch let error as VaultError where error.code == .wrongSecret || error.code == .mistypedCode {
            try await site.world.release.service.log.writeFailure(
                AccessRecord(.unlockFailed, at: visit.now), of: id)
            return unlockForm(visit, problem: t.sentence(error.phrase))
        }
        return .redirect("/vault")
    }
}

/// Says in plain words who can read the vault while it is open.
enum ModeNotice {
    static func html(_ t: Words) -> HTML {
        """
        <aside class="card quiet" aria-labelledby="mode"><h2 id="mode">\(t("Ai đọc được kho của tôi?", "Who can read my vault?"))</h2>
        <p>\(t("Kho này mở theo chế độ", "This vault is opened in the mode")) <strong>session</strong> (\(t("theo phiên", "for a session"))): \(t("khi bạn đã mở kho, chương trình máy chủ đang phục vụ bạn giữ khóa và đọc được kho, cho đến khi bạn khóa kho, đăng xuất hoặc hết phiên; khi đó khóa bị xóa khỏi bộ nhớ. Nơi lưu trữ, người quản trị nơi lưu trữ và bản sao lưu không bao giờ đọc được. Chế độ client, trong đó máy chủ không bao giờ thấy khóa, cần một ứng dụng trên máy của bạn; bản trình diễn không có.", "once you have opened it, the server process that serves you holds the key and can read it, until you lock it, sign out or the session ends; then the key is wiped from memory. The storage, its administrators and its backups can never read it. The mode client, in which the server never sees the key, needs an application on your own device; the demonstration has none."))</p></aside>
        """
    }
}
