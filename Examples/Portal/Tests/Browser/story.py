# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Plays the citizen, the official and the verifier through the whole story in headless Chromium.

    story.py ADDRESS SAMPLES PICTURES [CHROMIUM]

With STORY_XUNIT in the environment the outcome is written to that file as well: a case for every page and every act.

Pages with an upload have one script, the portal's own; the policy of the other pages would run none. One person comes without
JavaScript. Every page is photographed at desk and phone width, must not scroll sideways on a
phone, has one first heading and a label on every field, and is held against the rules of axe-core; findings that are serious
or critical fail the run.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import traceback
import zipfile
from xml.sax.saxutils import quoteattr

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ADDRESS, SAMPLES, PICTURES = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
CHROMIUM = sys.argv[4] if len(sys.argv) > 4 else shutil.which("chromium")
PASSPHRASE = "một câu mật khẩu thử nghiệm"
DESK, PHONE = {"width": 1100, "height": 800}, {"width": 360, "height": 740}

axe = Axe()
problems = []
cases = {}
looked_at = 0


def fail(where, what):
    problems.append(f"{where}: {what}")
    cases.setdefault(where, []).append(what)
    print(f"  ✘ {where}: {what}")


def look(page, name):
    """Photographs a page, and holds it against the rules."""
    global looked_at
    looked_at += 1
    number = f"{looked_at:02d}-{name}"
    cases.setdefault(name, [])
    page.screenshot(path=PICTURES / f"{number}.png", full_page=True)
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    if wide > 0:
        fail(name, f"scrolls sideways by {wide} px on a phone")
    page.screenshot(path=PICTURES / f"{number}-phone.png", full_page=True)
    page.set_viewport_size(DESK)
    scripts = page.evaluate("[...document.scripts].map((script) => script.getAttribute('src') + script.text)")
    if scripts not in ([], ["/upload.js"]):
        fail(name, f"has scripts: {scripts}")
    if page.locator("h1").count() != 1:
        fail(name, "not one first heading")
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    for violation in found:
        places = ", ".join(node["target"][0] if isinstance(node["target"][0], str) else str(node["target"]) for node in violation["nodes"][:3])
        line = f"{violation['id']} ({violation['impact']}): {violation['help']} at {places}"
        if violation["impact"] in ("serious", "critical"):
            fail(name, line)
        else:
            print(f"  – {name}: {line}")
    print(f"  {number}: {page.title()}")


def person(browser, answer):
    """A browser of its own for one person, signed in by keyboard alone."""
    context = browser.new_context(viewport=DESK, locale="vi-VN", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(ADDRESS + "/sign-in")
    # The first stop of the keyboard is the link to the content.
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.className") != "skip":
        fail("sign-in", "the first stop of the keyboard is not the skip link")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    else:
        fail("sign-in", "the keyboard does not reach the choice of a person")
    for _ in range(5):
        if page.evaluate("document.activeElement.value") == answer:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    return page


def heading(page, text):
    expect(page.locator("h1")).to_contain_text(text)


def citizen_makes_vault(page):
    heading(page, "Tạo kho")
    look(page, "vault-create")
    page.get_by_label("Mật khẩu của kho").fill("ngắn")
    page.get_by_label("Nhập lại").fill("ngắn")
    page.get_by_role("button", name="Tạo kho").click()
    expect(page.get_by_role("alert")).to_contain_text("ít nhất 12")
    page.get_by_label("Mật khẩu của kho").fill(PASSPHRASE)
    page.get_by_label("Nhập lại").fill(PASSPHRASE)
    page.get_by_role("button", name="Tạo kho").click()
    heading(page, "Mã khôi phục")
    groups = page.locator("p.code").inner_text().split("-")
    assert len(groups) == 14, groups
    look(page, "recovery-code")
    page.get_by_label("Nhóm thứ 3").fill(groups[2])
    page.get_by_label("Nhóm thứ 11").fill(groups[10])
    page.get_by_role("button", name="Xác nhận").click()
    heading(page, "Kho của tôi")
    look(page, "vault-empty")
    return "-".join(groups)


def citizen_fills_vault(page):
    page.get_by_role("link", name="Giấy tờ mẫu").click()
    look(page, "samples")
    with page.expect_download() as download:
        page.get_by_role("link", name="birth-certificate.pdf").click()
    signed = pathlib.Path(tempfile.mkdtemp()) / "birth-certificate.pdf"
    download.value.save_as(signed)
    for name in ["Giấy chứng nhận kết hôn", "Thẻ căn cước"]:
        page.goto(ADDRESS + "/vault/samples")
        page.get_by_role("button", name=f"Cất vào kho – {name}").first.click()
        expect(page.get_by_role("status")).to_contain_text("Đã cất vào kho")
    look(page, "document-unsigned")
    page.goto(ADDRESS + "/vault/add")
    look(page, "upload")
    page.get_by_label("Tệp").set_input_files(signed)
    page.get_by_label("Loại giấy tờ").select_option("birth-certificate")
    page.get_by_label("Ngày cấp").fill("2026-11-02")
    page.get_by_role("button", name="Cất vào kho").click()
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    expect(page.locator("main")).to_contain_text("ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM (TEST) đã ký tệp này")
    look(page, "document-signed")
    page.get_by_role("link", name="Kho của tôi").click()
    look(page, "vault-three-documents")
    return signed


def citizen_applies(page):
    page.get_by_role("link", name="Thủ tục", exact=True).click()
    look(page, "procedures")
    page.get_by_role("link", name="Đăng ký thường trú").click()
    page.get_by_label("Chỗ ở do thuê").check()
    page.get_by_label("Có, vợ").check()
    page.get_by_role("group", name="Con chưa thành niên").get_by_label("Không").check()
    page.get_by_role("button", name="Xem giấy tờ cần có").click()
    expect(page.locator("main")).to_contain_text("Đã có trong kho")
    expect(page.locator("main")).to_contain_text("Chưa nộp được")
    look(page, "plan-with-gaps")
    plan = page.url
    for name in ["cho mượn, cho ở nhờ", "đồng ý cho đăng ký"]:
        page.goto(ADDRESS + "/vault/samples")
        page.locator("tr", has_text=name).get_by_role("button").first.click()
        expect(page.get_by_role("status")).to_contain_text("Đã cất vào kho")
    page.goto(plan)
    expect(page.get_by_label("Họ, chữ đệm, tên của người kê khai")).to_have_value("Nguyễn Văn Thử")
    look(page, "plan-and-form")
    page.get_by_role("button", name="Tiếp tục").click()
    heading(page, "Xem lại và đồng ý")
    look(page, "consent")
    page.get_by_role("button", name="Ký và nộp").click()
    expect(page.get_by_role("alert")).to_contain_text("chưa đánh dấu đồng ý")
    page.get_by_label("Tôi đồng ý với nội dung trên").check()
    page.get_by_role("button", name="Ký và nộp").click()
    expect(page.get_by_role("status")).to_contain_text("đã được ký và nộp")
    look(page, "dossier-submitted")
    return page.url.rsplit("/", 1)[1]


def official_decides(page, code):
    heading(page, "Hồ sơ đến")
    look(page, "office")
    page.get_by_role("link", name=code).click()
    expect(page.locator(".verdict").first).to_contain_text("Hợp lệ")
    look(page, "office-dossier")
    page.get_by_role("button", name="Đọc giấy tờ").click()
    expect(page.get_by_role("status")).to_contain_text("đã ghi nhật ký và cho đọc")
    expect(page.locator("main")).to_contain_text("marriage-certificate.pdf")
    look(page, "office-dossier-read")
    page.get_by_label("Kết quả (PDF)").set_input_files(SAMPLES / "residence-confirmation.pdf")
    page.get_by_label("Số, ký hiệu").fill("0000107/XN")
    page.get_by_label("Có giá trị đến").fill("2027-11-19")
    page.get_by_role("button", name="Ký và trả vào kho").click()
    expect(page.get_by_role("status")).to_contain_text("đã được ký và gửi vào kho")
    look(page, "office-answered")


def citizen_receives(page, code):
    page.goto(ADDRESS + f"/dossiers/{code}")
    expect(page.locator("main")).to_contain_text("residence-confirmation.pdf")
    look(page, "dossier-decided")
    page.goto(ADDRESS + "/dossiers")
    look(page, "dossiers")
    page.goto(ADDRESS + "/vault")
    expect(page.get_by_role("status")).to_contain_text("Có 1 giấy tờ mới")
    look(page, "vault-with-result")
    page.get_by_role("link", name="residence-confirmation.pdf").click()
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    expect(page.locator("main")).to_contain_text(code)


def citizen_withdraws(page, code):
    page.get_by_role("link", name="Ai đã xem").click()
    expect(page.locator("main")).to_contain_text("Lê Thị Kiểm")
    look(page, "access-log")
    page.get_by_role("button", name=f"Rút lại đồng ý cho hồ sơ {code}").click()
    expect(page.get_by_role("status")).to_contain_text("Đã rút lại")
    look(page, "access-log-withdrawn")


def official_is_refused(page, code):
    # What was read before goes with the consent, and asking once more is refused.
    for ask in (lambda: page.goto(ADDRESS + f"/office/{code}"),
                lambda: page.get_by_role("button", name="Đọc giấy tờ").click()):
        ask()
        expect(page.get_by_role("alert")).to_contain_text("Người dân đã rút lại sự đồng ý")
        expect(page.locator("main")).not_to_contain_text("Đã đọc trong kho của công dân")
    look(page, "office-withdrawn")


def verifier_checks(browser, signed):
    context = browser.new_context(viewport=DESK, locale="vi-VN", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(ADDRESS + "/")
    look(page, "start")
    page.goto(ADDRESS + "/?lang=en")
    heading(page, "Keep once")
    look(page, "start-english")
    page.goto(ADDRESS + "/verify?lang=vi")
    look(page, "verify")
    page.get_by_label("Tệp cần kiểm tra").set_input_files(signed)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    look(page, "verdict-valid")
    for name, begins in [("báo cáo HTML", b"<!DOCTYPE html>"), ("báo cáo JSON", b"{")]:
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert pathlib.Path(download.value.path()).read_bytes().startswith(begins), name
    changed = signed.parent / "đã sửa <b>.pdf"
    octets = bytearray(signed.read_bytes())
    octets[2000] ^= 1
    changed.write_bytes(octets)
    page.get_by_label("Tệp cần kiểm tra").set_input_files(changed)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text("Không hợp lệ")
    expect(page.locator("main")).to_contain_text("đã sửa <b>.pdf")
    look(page, "verdict-changed")
    page.goto(ADDRESS + "/office")
    heading(page, "Đăng nhập thử")
    look(page, "sign-in")


def upload_shows_progress(browser, signed):
    """On a slow line the page says how much has been sent; without JavaScript the same form does without."""
    large = signed.parent / "large.pdf"
    large.write_bytes(signed.read_bytes() + b"%\n" * 400_000)
    context = browser.new_context(viewport=DESK, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(ADDRESS + "/verify")
    line = context.new_cdp_session(page)
    line.send("Network.emulateNetworkConditions",
              {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 256 << 10})
    page.get_by_label("Tệp cần kiểm tra").set_input_files(large)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.locator("[data-sent]")).to_contain_text("Đã gửi")
    expect(page.get_by_role("progressbar")).to_be_visible()
    look(page, "upload-progress")
    heading(page, "Kết quả kiểm tra")
    expect(page.locator(".verdict")).to_be_visible()
    context.close()
    plain = browser.new_context(viewport=DESK, locale="vi-VN", java_script_enabled=False)
    page = plain.new_page()
    page.set_default_timeout(15_000)
    page.goto(ADDRESS + "/verify")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    page.get_by_label("Tệp cần kiểm tra").set_input_files(signed)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    heading(page, "Kết quả kiểm tra")
    expect(page.locator(".verdict")).to_contain_text("Hợp lệ")
    page.screenshot(path=PICTURES / "without-javascript.png", full_page=True)
    plain.close()


def citizen_leaves(page, code):
    page.goto(ADDRESS + "/vault/leaks")
    look(page, "leaks")
    page.goto(ADDRESS + "/vault/export")
    look(page, "export")
    page.get_by_label("Mật khẩu của kho").fill(PASSPHRASE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất kho").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert any(name.endswith("residence-confirmation.pdf") for name in archive.namelist()), archive.namelist()
        assert "manifest.json" in archive.namelist()
    page.goto(ADDRESS + "/vault")
    page.get_by_role("link", name="host-consent.pdf").click()
    page.get_by_role("link", name="Xóa vĩnh viễn").click()
    look(page, "erase")
    page.get_by_label("Mật khẩu của kho").fill(PASSPHRASE)
    page.get_by_role("button", name="Xóa vĩnh viễn").click()
    heading(page, "Biên bản xóa")
    look(page, "erased")
    page.goto(ADDRESS + "/vault")
    page.get_by_role("button", name="Khóa kho ngay").click()
    look(page, "vault-locked")
    page.get_by_text("Quên mật khẩu?").click()
    page.get_by_label("Mã khôi phục").fill(code.lower())
    page.get_by_role("button", name="Mở bằng mã khôi phục").click()
    heading(page, "Kho của tôi")
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(ADDRESS + "/vault")
    heading(page, "Đăng nhập thử")


def play():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        # One that does not answer fails rather than waits for ever.
        citizen = act(person, browser, "citizen-1")
        recovery = act(citizen_makes_vault, citizen)
        signed = act(citizen_fills_vault, citizen)
        code = act(citizen_applies, citizen)
        official = act(person, browser, "official-1")
        act(official_decides, official, code)
        act(citizen_receives, citizen, code)
        act(citizen_withdraws, citizen, code)
        act(official_is_refused, official, code)
        act(verifier_checks, browser, signed)
        act(upload_shows_progress, browser, signed)
        act(citizen_leaves, citizen, recovery)
        browser.close()


def act(part, *arguments):
    """One act of the story; what goes wrong in it is a failure of its own, and ends the story."""
    name = part.__name__.replace("_", " ")
    cases.setdefault(name, [])
    try:
        return part(*arguments)
    except Exception as error:
        fail(name, f"{type(error).__name__}: {error}")
        traceback.print_exc()
        raise EndOfStory from error


class EndOfStory(Exception):
    pass


def write_xunit(path):
    rows = []
    for name, found in cases.items():
        failure = "".join(f"<failure message={quoteattr(what[:2000])}/>" for what in found[:1])
        rows.append(f'<testcase classname="portal.story" name={quoteattr(name)}>{failure}</testcase>')
    pathlib.Path(path).write_text(
        f'<testsuites><testsuite name="portal.story" tests="{len(rows)}">{"".join(rows)}</testsuite></testsuites>\n')


def main():
    PICTURES.mkdir(parents=True, exist_ok=True)
    try:
        play()
    except EndOfStory:
        pass
    if path := os.environ.get("STORY_XUNIT"):
        write_xunit(path)
    print(f"{looked_at} pages looked at, {len(problems)} problems; pictures in {PICTURES}")
    return 1 if problems else 0


sys.exit(main())
