// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The one script of the portal, on pages with an upload: it shows how much of the file has been sent.
///
/// Without it the same form is sent by the browser itself and everything works; the browser then shows the progress in its
/// own way or not at all.
enum UploadScript {
    static let path = "/upload.js"

    static let text: StaticString = """
        "use strict";
        function watch(form) {
            const bar = form.querySelector("progress");
            const words = form.querySelector("[data-sent]");
            const button = form.querySelector("button");
            const file = form.querySelector("input[type=file]");
            form.addEventListener("submit", (event) => {
                if (!file.files.length) return;
                event.preventDefault();
                const request = new XMLHttpRequest();
                request.open("POST", form.getAttribute("action"));
                request.upload.addEventListener("progress", (sent) => {
                    if (!sent.lengthComputable) return;
                    bar.hidden = false;
                    bar.max = sent.total;
                    bar.value = sent.loaded;
                    words.textContent = words.dataset.sent.replace("#", Math.floor(100 * sent.loaded / sent.total));
                });
                request.addEventListener("load", () => show(request));
                request.addEventListener("error", () => {
                    bar.hidden = true;
                    words.textContent = words.dataset.failed;
                    button.disabled = false;
                });
                request.send(new FormData(form));
                button.disabled = true;
            });
        }
        function show(request) {
            const page = new DOMParser().parseFromString(request.responseText, "text/html");
            if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
            document.title = page.title;
            document.body.replaceWith(document.adoptNode(page.body));
            scrollTo(0, 0);
            document.querySelector("main").focus();
            start();
        }
        function start() {
            for (const form of document.querySelectorAll("form[data-upload]")) watch(form);
        }
        addEventListener("popstate", () => location.reload());
        start();

        """

    /// Where the script writes; nothing is seen of it without the script.
    static func progress(_ t: Words) -> HTML {
        """
        <progress hidden value="0" aria-label="\(t("Đã gửi", "Sent"))"></progress>
        <p class="hint" aria-live="polite" data-sent="\(t("Đã gửi #%", "# % sent"))" data-failed="\(t("Mất kết nối, chưa có gì được lưu. Xin gửi lại.", "The connection was lost and nothing was stored. Please send it again."))"></p>
        """
    }
}
