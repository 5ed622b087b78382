# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Documents that LibreOffice Writer makes from a flat OpenDocument text."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from xml.sax.saxutils import escape

from family import *

FONT = "Noto Serif"

OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
"""


def style(name, properties="", text="", parent="Base"):
    return (f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="{parent}">'
            f'<style:paragraph-properties {properties}/><style:text-properties {text}/></style:style>')


STYLES = (
    '<office:styles>'
    '<style:style style:name="Base" style:family="paragraph"><style:paragraph-properties fo:line-height="112%" '
    'fo:margin-bottom="0.13cm"/>'
    f'<style:text-properties style:font-name="{FONT}" fo:font-family="\'{FONT}\'" fo:font-size="11pt" '
    'fo:language="vi" fo:country="VN"/></style:style>'
    + style("Centred", 'fo:text-align="center"')
    + style("State", 'fo:text-align="center" fo:margin-bottom="0cm"', 'fo:font-weight="bold"')
    + style("Motto", 'fo:text-align="center" fo:margin-bottom="0.5cm"',
            'fo:font-weight="bold" style:text-underline-style="solid" style:text-underline-width="auto"')
    + style("Title", 'fo:text-align="center" fo:margin-top="0.4cm" fo:margin-bottom="0.1cm"',
            'fo:font-weight="bold" fo:font-size="18pt"')
    + style("Small", 'fo:text-align="center" fo:margin-bottom="0.35cm"', 'fo:font-style="italic" fo:font-size="11pt"')
    + style("Section", 'fo:margin-top="0.25cm" fo:keep-with-next="always"', 'fo:font-weight="bold"')
    + style("Justified", 'fo:text-align="justify" fo:text-indent="0.8cm"')
    + style("Notice", 'fo:text-align="center" fo:border="0.5pt solid #b00020" fo:padding="0.08cm"',
            'fo:color="#b00020" fo:font-weight="bold" fo:font-size="9pt"')
    + '<style:style style:name="Value" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Italic" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>'
    '</office:styles>'
    '<office:automatic-styles>'
    '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
    'fo:margin-top="1.2cm" fo:margin-bottom="1.2cm" fo:margin-left="2.6cm" fo:margin-right="1.9cm"/>'
    '<style:header-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-bottom="0.5cm"/></style:header-style>'
    '<style:footer-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-top="0.4cm"/></style:footer-style>'
    '</style:page-layout>'
    '<style:style style:name="Plain" style:family="table-cell"><style:table-cell-properties fo:padding="0.05cm"/></style:style>'
    '<style:style style:name="Boxed" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" '
    'fo:padding="0.1cm"/></style:style>'
    '<style:style style:name="Framed" style:family="graphic"><style:graphic-properties style:vertical-pos="middle" '
    'style:vertical-rel="line"/></style:style>'
    '</office:automatic-styles>'
    '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4">'
    f'<style:header><text:p text:style-name="Notice">{escape(NOTICE)}</text:p></style:header>'
    f'<style:footer><text:p text:style-name="Notice">{escape(NOTICE)}</text:p></style:footer>'
    '</style:master-page></office:master-styles>')


def p(content, name="Base"):
    """A paragraph; `**…**` marks a value."""
    parts = escape(content).split("**")
    parts = [part.replace("    ", '<text:s text:c="6"/>') for part in parts]
    marked = "".join(f'<text:span text:style-name="Value">{part}</text:span>' if index % 2 else part
                     for index, part in enumerate(parts))
    return f'<text:p text:style-name="{name}">{marked}</text:p>'


def table(name, widths, rows, boxed=False):
    columns, widths_xml = "", ""
    for index, width in enumerate(widths):
        widths_xml += (f'<style:style style:name="{name}.{index}" style:family="table-column">'
                       f'<style:table-column-properties style:column-width="{width}cm"/></style:style>')
        columns += f'<table:table-column table:style-name="{name}.{index}"/>'
    cell = "Boxed" if boxed else "Plain"
    body = "".join("<table:table-row>" + "".join(
        f'<table:table-cell table:style-name="{cell}" office:value-type="string">{content}</table:table-cell>'
        for content in row) + "</table:table-row>" for row in rows)
    return widths_xml, f'<table:table table:name="{name}">{columns}{body}</table:table>'


class Text:
    """Collects the body, the automatic styles and the form controls of one document."""

    def __init__(self, title):
        self.title, self.body, self.automatic, self.controls = title, "", "", ""

    def add(self, *paragraphs):
        self.body += "".join(paragraphs)

    def add_table(self, name, widths, rows, boxed=False):
        styles, xml = table(name, widths, rows, boxed)
        self.automatic += styles
        self.body += xml

    def add_field(self, label, name, value, width=10.5):
        identifier = f"control{self.controls.count('<form:text ')}"
        self.controls += (
            f'<form:text form:name="{name}" form:id="{identifier}" xml:id="{identifier}" '
            f'form:control-implementation="ooo:com.sun.star.form.component.TextField" '
            f'form:value="{escape(value)}" form:current-value="{escape(value)}">'
            '</form:text>')
        self.automatic += (
            f'<style:style style:name="{identifier}.p" style:family="paragraph" style:parent-style-name="Standard">'
            f'<style:text-properties fo:font-size="11pt" style:font-name="{FONT}" fo:font-family="\'{FONT}\'"/></style:style>')
        self.body += (
            f'<text:p text:style-name="Base">{escape(label)} <draw:control text:anchor-type="as-char" '
            f'svg:width="{width}cm" svg:height="0.6cm" draw:control="{identifier}" draw:style-name="Framed" '
            f'draw:text-style-name="{identifier}.p"/></text:p>')

    def xml(self):
        forms = ""
        if self.controls:
            forms = ('<office:forms form:automatic-focus="false" form:apply-design-mode="false">'
                     '<form:form form:name="declaration" form:control-implementation="ooo:com.sun.star.form.component.Form">'
                     f'{self.controls}</form:form></office:forms>').replace("<office:forms ", '<office:forms xmlns:ooo="http://openoffice.org/2004/office" ')
        return (OPENING + f'<office:meta><dc:title>{escape(self.title)}</dc:title><dc:subject>{escape(NOTICE)}</dc:subject>'
                '<dc:creator>DossierKit samples</dc:creator><dc:language>vi-VN</dc:language></office:meta>'
                + '<office:font-face-decls><style:font-face style:name="Noto Serif" '
                'svg:font-family="\'Noto Serif\'"/></office:font-face-decls>'
                + STYLES.replace("</office:automatic-styles>", self.automatic + "</office:automatic-styles>")
                + f'<office:body><office:text>{forms}{self.body}</office:text></office:body></office:document>')


def person_lines(role, person):
    return (
        p(f"{role}: **{person.capitals}**", "Base"),
        p(f"Ngày, tháng, năm sinh: **{person.born_vi}**    Dân tộc: **{person.nation}**    Quốc tịch: **{person.nationality}**"),
        p(f"Số định danh cá nhân: **{person.citizen_id}**"))


def heading(text, issuer_lines, place_date=None):
    text.add_table("Heading", (7.8, 8.7), [(
        "".join(p(line, "State" if index == len(issuer_lines) - 1 else "Centred") for index, line in enumerate(issuer_lines)),
        p(STATE, "State") + p(MOTTO, "Motto") + (p(place_date, "Small") if place_date else ""))])


def signatures(text, *columns):
    width = round(16.5 / len(columns), 2)
    text.add_table("Signatures", (width,) * len(columns), [tuple(
        p(role, "State") + p(f"({note})", "Small") + p("", "Centred") + p("", "Centred") + p(name, "State")
        if role else p("") for role, note, name in columns)])


def birth_certificate():
    text = Text("Giấy khai sinh – Nguyễn Văn Thử")
    text.add(p(STATE, "State"), p(MOTTO, "Motto"), p("GIẤY KHAI SINH", "Title"), p("(BẢN MÔ PHỎNG)", "Small"),
             p("Số: **0000015/1999**    Số định danh cá nhân: **" + CITIZEN.citizen_id + "**", "Centred"),
             p(f"Họ, chữ đệm, tên: **{CITIZEN.capitals}**"),
             p(f"Ngày, tháng, năm sinh: **{CITIZEN.born_vi}**, ghi bằng chữ: **Ngày mười lăm tháng ba năm một nghìn chín trăm chín mươi chín**"),
             p(f"Giới tính: **{CITIZEN.sex_vi}**    Dân tộc: **{CITIZEN.nation}**    Quốc tịch: **{CITIZEN.nationality}**"),
             p(f"Nơi sinh: **Trạm y tế {WARD}, {CITY}**"), p(f"Quê quán: **{WARD_TITLE}, {CITY}**"),
             *person_lines("Họ, chữ đệm, tên người mẹ", MOTHER), p(f"Nơi cư trú: **{NEW_ADDRESS}**"),
             *person_lines("Họ, chữ đệm, tên người cha", FATHER), p(f"Nơi cư trú: **{NEW_ADDRESS}**"),
             p(f"Họ, chữ đệm, tên người đi khai sinh: **{FATHER.name}**"),
             p(f"Nơi đăng ký khai sinh: **{WARD_COMMITTEE}**"),
             p("Ngày, tháng, năm đăng ký: **22/03/1999**"),
             p("Ghi chú: **Bản điện tử cấp từ cơ sở dữ liệu hộ tịch " + date_long("2026-11-02") + "**"))
    signatures(text, ("NGƯỜI THỰC HIỆN", "ký, ghi rõ họ tên", "Bùi Thị Thí Dụ"),
               ("NGƯỜI KÝ GIẤY KHAI SINH", "ký số", REGISTRAR))
    return text


def lawful_home_proof():
    text = Text("Văn bản cho mượn, cho ở nhờ nhà ở")
    text.add(p(STATE, "State"), p(MOTTO, "Motto"), p("VĂN BẢN CHO MƯỢN, CHO Ở NHỜ NHÀ Ở", "Title"),
             p(f"Số 01/2026/VB-ON – lập {date_long('2026-11-05')}", "Small"),
             p("BÊN CHO Ở NHỜ (BÊN A)", "Section"), *person_lines("Ông", FATHER), *person_lines("Bà", MOTHER),
             p(f"Nơi thường trú: **{NEW_ADDRESS}**"),
             p("BÊN Ở NHỜ (BÊN B)", "Section"), *person_lines("Ông", CITIZEN), *person_lines("Bà", SPOUSE),
             p(f"Nơi thường trú hiện nay: **{OLD_ADDRESS}**"),
             p("Điều 1. Nhà ở", "Section"),
             p(f"Bên A cho bên B ở nhờ căn nhà tại **{NEW_ADDRESS}**, tổng diện tích sàn **{HOUSE_AREA}**, theo giấy chứng nhận "
               f"quyền sử dụng đất số **{LAND_CERTIFICATE}** cấp ngày 06/04/2015.", "Justified"),
             p("Điều 2. Thời hạn", "Section"),
             p("Từ ngày **05/11/2026** đến hết ngày **05/11/2031**. Hết hạn, hai bên có thể lập văn bản mới.", "Justified"),
             p("Điều 3. Diện tích tối thiểu", "Section"),
             p("Số người ở sau khi bên B chuyển đến là **4**; diện tích sàn bình quân là **21,6 m²** một người, không thấp hơn mức "
               "tối thiểu mà hội đồng nhân dân thành phố quy định.", "Justified"),
             p("Điều 4. Quyền và nghĩa vụ của bên A", "Section"),
             p("Giao nhà đúng hiện trạng; bảo đảm bên B được ở ổn định trong thời hạn nêu tại Điều 2; đồng ý để bên B đăng ký "
               "thường trú tại căn nhà này; thông báo trước ba tháng nếu cần lấy lại nhà vì lý do chính đáng.", "Justified"),
             p("Điều 5. Quyền và nghĩa vụ của bên B", "Section"),
             p("Sử dụng nhà đúng mục đích để ở; giữ gìn nhà và trang thiết bị; trả tiền điện, nước và các dịch vụ phát sinh; "
               "không cho người khác ở nhờ lại; trả nhà khi hết hạn.", "Justified"),
             p("Điều 6. Tiền ở nhờ", "Section"), p("Bên B không phải trả tiền cho việc ở nhờ.", "Justified"),
             p("Điều 7. Giải quyết tranh chấp", "Section"),
             p("Hai bên thương lượng trước; nếu không đạt được thỏa thuận thì yêu cầu Tòa án có thẩm quyền giải quyết.", "Justified"),
             p("Điều 8. Hiệu lực", "Section"),
             p("Văn bản có hiệu lực từ ngày ký, lập thành một bản điện tử; mỗi bên ký bằng chữ ký số của mình.", "Justified"))
    signatures(text, ("BÊN A", "ký số", f"{FATHER.name} – {MOTHER.name}"), ("BÊN B", "ký số", f"{CITIZEN.name} – {SPOUSE.name}"))
    return text


def notice_of_birth():
    text = Text("Giấy chứng sinh – con của Trần Thị Nghiệm")
    heading(text, ("SỞ Y TẾ THÀNH PHỐ HÀ NỘI", "BỆNH VIỆN PHỤ SẢN THỬ NGHIỆM"))
    text.add(p("GIẤY CHỨNG SINH", "Title"), p("Số: 0000421/2026 (bản mô phỏng)", "Small"),
             p("I. Người mẹ", "Section"), p(f"Họ và tên mẹ: **{SPOUSE.capitals}**"),
             p(f"Ngày sinh: **{SPOUSE.born_vi}**    Dân tộc: **{SPOUSE.nation}**    Số định danh cá nhân: **{SPOUSE.citizen_id}**"),
             p(f"Nơi thường trú: **{OLD_ADDRESS}**"),
             p(f"Họ và tên cha (theo lời khai): **{CITIZEN.name}**"),
             p("II. Trẻ sinh ra", "Section"),
             p(f"Đã sinh con vào lúc **06 giờ 15 phút, {date_long(CHILD.born)}**"), p(f"Tại: **{HOSPITAL}**"))
    text.add_table("Child", (4.1, 4.1, 4.1, 4.2), [
        tuple(p(h, "State") for h in ("Số con lần này", "Giới tính", "Cân nặng", "Tình trạng")),
        tuple(p(v, "Centred") for v in ("01", CHILD.sex_vi, "3 150 g", "Khỏe mạnh"))], boxed=True)
    text.add(p(f"Dự định đặt tên con là: **{CHILD.capitals}**"),
             p("Sinh con phẫu thuật: **Không**    Sinh con dưới 32 tuần tuổi: **Không**"),
             p("Người đỡ đẻ: **" + MIDWIFE + "**"),
             p("Giấy này dùng để đăng ký khai sinh trong thời hạn 60 ngày kể từ ngày sinh, và không thay cho giấy khai sinh."),
             p(f"Hà Nội, {date_long('2026-11-12')}", "Small"))
    signatures(text, ("NGƯỜI ĐỠ ĐẺ", "ký số", MIDWIFE), ("THỦ TRƯỞNG CƠ SỞ", "ký số, dấu số của cơ sở", "Ngô Văn Giả Lập"))
    return text


def birth_registration_form():
    text = Text("Tờ khai đăng ký khai sinh")
    text.add(p(STATE, "State"), p(MOTTO, "Motto"), p("TỜ KHAI ĐĂNG KÝ KHAI SINH", "Title"),
             p(f"Kính gửi: {WARD_COMMITTEE}", "Small"), p("Người yêu cầu", "Section"))
    text.add_field("Họ, chữ đệm, tên:", "declarant.fullName", CITIZEN.name, 12.5)
    text.add_field("Số định danh cá nhân:", "declarant.citizenId", CITIZEN.citizen_id, 5)
    text.add_field("Nơi cư trú:", "declarant.residence", NEW_ADDRESS, 13.5)
    text.add_field("Quan hệ với người được khai sinh:", "declarant.relation", "Cha đẻ", 5)
    text.add(p("Người được khai sinh", "Section"))
    text.add_field("Họ, chữ đệm, tên:", "child.fullName", CHILD.capitals, 12.5)
    text.add_field("Ngày, tháng, năm sinh:", "child.dateOfBirth", CHILD.born_vi, 4)
    text.add_field("Giới tính:", "child.sex", CHILD.sex_vi, 3)
    text.add_field("Nơi sinh:", "child.placeOfBirth", HOSPITAL, 13.5)
    text.add_field("Giấy chứng sinh số:", "noticeOfBirth.number", "0000421/2026", 5)
    text.add(p("Người mẹ", "Section"))
    text.add_field("Họ, chữ đệm, tên:", "mother.fullName", SPOUSE.name, 12.5)
    text.add_field("Số định danh cá nhân:", "mother.citizenId", SPOUSE.citizen_id, 5)
    text.add(p("Người cha", "Section"))
    text.add_field("Họ, chữ đệm, tên:", "father.fullName", CITIZEN.name, 12.5)
    text.add_field("Số định danh cá nhân:", "father.citizenId", CITIZEN.citizen_id, 5)
    text.add_field("Giấy chứng nhận kết hôn số:", "marriage.number", "0000027/2024", 5)
    text.add(p("Tôi cam đoan nội dung khai trên là đúng sự thật và chịu trách nhiệm trước pháp luật về cam đoan của mình.", "Justified"),
             p(f"Hà Nội, {date_long('2026-11-20')}", "Small"))
    signatures(text, (None, None, None), ("NGƯỜI YÊU CẦU", "ký số", CITIZEN.name))
    return text


def convert(jobs, folder):
    """Runs LibreOffice once per set of export options, with a profile of its own; `jobs` is [(name, Text, options)]."""
    profile = pathlib.Path(tempfile.mkdtemp(prefix="soffice."))
    try:
        for name, text, options in jobs:
            source = pathlib.Path(folder, name).with_suffix(".fodt")
            source.write_text(text.xml(), encoding="utf-8")
            export = {key: {"type": kind, "value": value} for key, (kind, value) in options.items()}
            subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--convert-to",
                 "pdf:writer_pdf_Export:" + json.dumps(export), "--outdir", str(folder), str(source)],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "UTC", "LC_ALL": "C.UTF-8"})
            if not pathlib.Path(folder, name).is_file():
                raise SystemExit(f"make-samples: LibreOffice made no {name}")
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def make(folder):
    plain = {"ExportFormFields": ("boolean", "false"), "UseTaggedPDF": ("boolean", "false")}
    convert([
        ("birth-certificate.pdf", birth_certificate(), plain),
        ("lawful-home-proof.pdf", lawful_home_proof(), plain),
        ("notice-of-birth.pdf", notice_of_birth(), {"SelectPdfVersion": ("long", "2"), "UseTaggedPDF": ("boolean", "true")}),
        ("birth-registration-form.pdf", birth_registration_form(),
         {"ExportFormFields": ("boolean", "true"), "UseTaggedPDF": ("boolean", "false")}),
    ], folder)
