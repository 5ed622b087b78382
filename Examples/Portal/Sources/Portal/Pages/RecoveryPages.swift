// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import HTTPTypes
import Hummingbird

/// The recovery code: shown once, confirmed, never kept.
struct RecoveryPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/vault/recovery", for: .citizen) { visit, _ in
            guard let code = visit.session?.showCode() else { return .redirect("/vault") }
            return page(visit, code)
        }
        routes.action("/vault/recovery", for: .citizen) { visit, form, _ in
            let t = visit.words
            guard let session = visit.session, let code = session.pendingCode else {
                return .redirect("/vault")
            }
            let typed = ["first", "second"].map { (form.text($0) ?? "").uppercased() }
            guard typed == code.asked else {
                return page(
                    visit, code,
                    problem: t(
                        "Hai nhóm vừa nhập không đúng. Hãy xem lại bản bạn đã ghi.",
                        "The two groups do not match. Please look at what you wrote down."))
            }
            session.keep(nil)
            session.say(
                t(
                    "Kho đã sẵn sàng, mã khôi phục đã được xác nhận.",
                    "The vault is ready, the recovery code is confirmed."))
            return .redirect("/vault")
        }
        routes.page("/vault/recovery/new", for: .citizen) { visit, _ in
            _ = try await site.vault(visit)
            return newForm(visit)
        }
        routes.action("/vault/recovery/new", for: .citizen, limit: .unlock) { visit, form, _ in
            guard let session = visit.session else { throw PortalError.signInNeeded }
            let vault = try await site.vault(visit)
            try await OwnerProof(site: site).check(form, visit)
            return try await session.once("recovery") {
                let code = RecoveryCode(random: SystemRandom())
                let old = await vault.slots().filter { $0.kind == .recoveryCode }.map(\.id)
                _ = try await vault.addSlot(.recoveryCode(code), at: visit.now)
                try await vault.removeSlots(Set(old), at: visit.now)
                try await site.keepAnchor(of: vault)
                session.keep(Session.PendingCode(try code.text()))
                return .redirect("/vault/recovery")
            }
        }
    }

    private func newForm(_ visit: Visit) -> Answer {
        let t = visit.words
        let body: HTML = """
            <p class="lead">\(t("Mã khôi phục mới được tạo và mã cũ hết hiệu lực ngay. Mã mở được toàn bộ kho, nên cần mật khẩu một lần nữa.", "A new recovery code is made and the old one ends at once. It opens the whole vault, so the passphrase is needed once more."))</p>
            <form method="post" action="/vault/recovery/new">\(Parts.token(visit))\(OwnerProof.field(t))
            <div class="actions"><button>\(t("Tạo mã mới", "Make a new code"))</button>
            <a class="button second" href="/vault">\(t("Không tạo", "Do not"))</a></div></form>
            """
        return .page(title: t("Mã khôi phục mới", "A new recovery code"), body)
    }

    private func page(_ visit: Visit, _ code: Session.PendingCode, problem: String? = nil) -> Answer {
        let t = visit.words
        var shown: HTML = .none
        if let text = code.text {
            shown = """
                <p class="lead">\(t("Hãy ghi mã này ra giấy và cất nơi an toàn. Mã chỉ hiện một lần.", "Write this code down and keep it in a safe place. It is shown once."))</p>
                <p class="code" translate="no">\(text)</p>
                <p>\(t("Quên mật khẩu mà không có mã này thì không ai mở được kho, kể cả người vận hành cổng.", "Without the passphrase and without this code nobody can open the vault, not even who runs the portal."))</p>
                """
        } else {
            shown = """
                <p class="lead">\(t("Mã khôi phục đã hiện một lần và không hiện lại.", "The recovery code was shown once and is not shown again."))</p>
                <p><a class="button second" href="/vault/recovery/new">\(t("Tôi chưa ghi lại: tạo mã mới", "I did not write it down: make a new code"))</a></p>
                """
        }
        var alert: HTML = .none
        if let problem { alert = "<p class=\"alert\" role=\"alert\">\(problem)</p>" }
        let body: HTML = """
            \(alert)\(shown)
            <form method="post" action="/vault/recovery">\(Parts.token(visit))
            <h2>\(t("Xác nhận bạn đã ghi lại", "Confirm that you wrote it down"))</h2>
            \(Parts.field("first", t("Nhóm thứ 3 của mã", "Group 3 of the code"), isRequired: true))
            \(Parts.field("second", t("Nhóm thứ 11 của mã", "Group 11 of the code"), isRequired: true))
            <button>\(t("Xác nhận", "Confirm"))</button></form>
            """
        return .page(
            title: t("Mã khôi phục", "Recovery code"), body, status: problem == nil ? .ok : .badRequest)
    }
}
