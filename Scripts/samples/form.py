# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The declaration CT01: as PDF by ReportLab, and as XML data."""

import functools
import os
import xml.etree.ElementTree as ElementTree

from family import *

NAMESPACE = "urn:test:dossierkit:ct01:1"


def ct01_pdf(path):
    os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
    from reportlab.lib import colors
    from reportlab.lib.enums import TA_CENTER
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    folder = "/usr/share/fonts/truetype/noto/"
    for name in ("NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic", "NotoSans-BoldItalic"):
        pdfmetrics.registerFont(TTFont(name, f"{folder}{name}.ttf"))
    pdfmetrics.registerFontFamily("NotoSans-Regular", normal="NotoSans-Regular", bold="NotoSans-Bold", italic="NotoSans-Italic",
                                  boldItalic="NotoSans-BoldItalic")
    base = ParagraphStyle("base", fontName="NotoSans-Regular", fontSize=10, leading=18)
    centred = ParagraphStyle("centred", base, alignment=TA_CENTER)
    small = ParagraphStyle("small", centred, fontSize=8.5, leading=11.5)

    def notices(canvas, document):
        canvas.saveState()
        canvas.setFillColorRGB(0.69, 0, 0.13)
        canvas.setStrokeColorRGB(0.69, 0, 0.13)
        canvas.setFont("NotoSans-Bold", 8.5)
        for y in (A4[1] - 36, 24):
            canvas.drawCentredString(A4[0] / 2, y, NOTICE)
            canvas.rect(70, y - 5, A4[0] - 140, 16)
        canvas.restoreState()

    def entry(number, label, value):
        return Paragraph(f"{number}. {label}: <b>{value}</b>", base)

    def digits(number, label, value):
        table = Table([[Paragraph(f"{number}. {label}:", base), *value]], colWidths=[190] + [19] * len(value), rowHeights=[20], hAlign="LEFT")
        table.setStyle([("GRID", (1, 0), (-1, 0), 0.5, colors.black), ("FONT", (1, 0), (-1, 0), "NotoSans-Bold", 10), ("ALIGN", (1, 0), (-1, 0), "CENTER"),
                        ("VALIGN", (0, 0), (-1, 0), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0), ("LEFTPADDING", (1, 0), (-1, 0), 0),
                        ("RIGHTPADDING", (1, 0), (-1, 0), 0), ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)])
        return table

    story = [
        Paragraph("<i>Mẫu CT01 (mô phỏng)</i>", ParagraphStyle("right", small, alignment=2)),
        Paragraph(f"<b>{STATE}</b>", centred), Paragraph(f"<b><u>{MOTTO}</u></b>", centred), Spacer(1, 10),
        Paragraph("<b>TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ</b>", ParagraphStyle("title", centred, fontSize=15, leading=22)),
        Paragraph(f"Kính gửi: <b>{WARD_POLICE}</b>", centred), Spacer(1, 8),
        entry(1, "Họ, chữ đệm và tên", CITIZEN.capitals),
        Paragraph(f"2. Ngày, tháng, năm sinh: <b>{CITIZEN.born_vi}</b> &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; 3. Giới tính: <b>{CITIZEN.sex_vi}</b>", base),
        digits(4, "Số định danh cá nhân", CITIZEN.citizen_id),
        Paragraph(f"5. Số điện thoại liên hệ: <b>{PHONE}</b> &nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; 6. Email: <b>{EMAIL}</b>", base),
        Paragraph(f"7. Họ, chữ đệm và tên chủ hộ: <b>{FATHER.name}</b> &nbsp;&nbsp;&nbsp;&nbsp; 8. Quan hệ với chủ hộ: <b>Con</b>", base),
        digits(9, "Số định danh cá nhân của chủ hộ", FATHER.citizen_id),
        entry(10, "Nội dung đề nghị", f"Đăng ký thường trú tại {NEW_ADDRESS}; được chủ hộ và chủ sở hữu chỗ ở hợp pháp đồng ý."),
        Paragraph("11. Những thành viên trong hộ gia đình cùng thay đổi:", base), Spacer(1, 4),
    ]
    rows = [["TT", "Họ, chữ đệm và tên", "Ngày sinh", "Giới tính", "Số định danh cá nhân", "Quan hệ với chủ hộ"],
            ["1", SPOUSE.name, SPOUSE.born_vi, SPOUSE.sex_vi, SPOUSE.citizen_id, "Con dâu"], ["2", "", "", "", "", ""]]
    members = Table([[Paragraph(f"<b>{cell}</b>" if index == 0 else cell, small) for cell in row] for index, row in enumerate(rows)],
                    colWidths=[24, 130, 70, 50, 110, 90])
    members.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    story += [members, Spacer(1, 10), Paragraph(f"<i>Hà Nội, {date_long('2026-11-10')}</i>", ParagraphStyle("date", small, alignment=2)), Spacer(1, 4)]
    roles = (("Ý KIẾN CỦA CHỦ HỘ", "Đồng ý", FATHER.name), ("Ý KIẾN CỦA CHỦ SỞ HỮU CHỖ Ở HỢP PHÁP", "Đồng ý", FATHER.name),
             ("Ý KIẾN CỦA CHA, MẸ HOẶC NGƯỜI GIÁM HỘ", "Không áp dụng", ""), ("NGƯỜI KÊ KHAI", "ký số", CITIZEN.name))
    signatures = Table([[Paragraph(f"<b>{role}</b>", small) for role, _, _ in roles], [Paragraph(f"<i>({note})</i>", small) for _, note, _ in roles],
                        [Paragraph(f"<b>{name}</b>", small) for _, _, name in roles]], colWidths=[118.5] * 4, rowHeights=[38, 16, 90])
    signatures.setStyle([("VALIGN", (0, 0), (-1, 0), "TOP"), ("VALIGN", (0, 2), (-1, 2), "BOTTOM")])
    story.append(signatures)
    document = SimpleDocTemplate(str(path), pagesize=A4, leftMargin=60, rightMargin=60, topMargin=52, bottomMargin=48, invariant=1, lang="vi-VN",
                                 title="Tờ khai thay đổi thông tin cư trú (CT01)", author="DossierKit samples", subject=NOTICE, pageCompression=1)
    document.build(story, onFirstPage=notices, onLaterPages=notices,
                   canvasmaker=functools.partial(Canvas, initialFontName="NotoSans-Regular"))


def ct01_xml(path):
    ElementTree.register_namespace("", NAMESPACE)
    name = lambda local: f"{{{NAMESPACE}}}{local}"
    root = ElementTree.Element(name("declaration"), {"code": "CT01", "version": "1", "dossier": DOSSIER_CODE})

    def add(parent, local, text=None, **attributes):
        child = ElementTree.SubElement(parent, name(local), attributes)
        child.text = text
        return child

    def person(parent, local, who, relation=None):
        element = add(parent, local)
        add(element, "fullName", who.name)
        add(element, "dateOfBirth", who.born)
        add(element, "sex", who.sex)
        add(element, "citizenId", who.citizen_id)
        if relation:
            add(element, "relationToHead", relation)
        return element

    add(root, "notice", NOTICE)
    add(root, "procedure", "Đăng ký thường trú", code="1.004222")
    add(root, "addressee", WARD_POLICE)
    declarant = person(root, "declarant", CITIZEN, "Con")
    add(declarant, "phone", PHONE)
    add(declarant, "email", EMAIL)
    add(declarant, "currentResidence", OLD_ADDRESS)
    person(root, "headOfHousehold", FATHER)
    add(root, "request", f"Đăng ký thường trú tại {NEW_ADDRESS}")
    add(root, "newResidence", NEW_ADDRESS)
    members = add(root, "members")
    person(members, "member", SPOUSE, "Con dâu")
    add(root, "declaredOn", "2026-11-10")
    ElementTree.indent(root)
    path.write_bytes(b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode").encode("utf-8") + b"\n")
