# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Documents and pictures that Cairo draws. Lengths are in points; y grows downwards."""

import math
import pathlib

import cairocffi as cairo

from family import *

RED = (0.69, 0, 0.13)
A4 = (595.28, 841.89)
PIXELS_PER_POINT = 200 / 72  # scans are made at 200 dpi


class Canvas:
    """A Cairo surface with the few words that an official form needs."""

    def __init__(self, surface, width, height, family="Noto Serif"):
        self.surface, self.width, self.height, self.family = surface, width, height, family
        self.context = cairo.Context(surface)

    def font(self, size, bold=False, italic=False):
        self.context.select_font_face(
            self.family, cairo.FONT_SLANT_ITALIC if italic else cairo.FONT_SLANT_NORMAL,
            cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL)
        self.context.set_font_size(size)

    def measure(self, text):
        return self.context.text_extents(text)[4]

    def text(self, x, y, content, size=11, bold=False, italic=False, align="left", colour=(0, 0, 0)):
        self.font(size, bold, italic)
        width = self.measure(content)
        x -= {"left": 0, "centre": width / 2, "right": width}[align]
        self.context.set_source_rgb(*colour)
        self.context.move_to(x, y)
        self.context.show_text(content)
        return x + width

    def wrapped(self, x, y, width, content, size=11, leading=1.5, bold=False, italic=False):
        """Sets words into lines; returns the y of the line after the last."""
        self.font(size, bold, italic)
        line = ""
        for word in content.split():
            longer = f"{line} {word}".strip()
            if line and self.measure(longer) > width:
                self.text(x, y, line, size, bold, italic)
                y, line = y + size * leading, word
                self.font(size, bold, italic)
            else:
                line = longer
        self.text(x, y, line, size, bold, italic)
        return y + size * leading

    def entry(self, x, y, label, value, size=11, width=None):
        """`label: value` with the value in bold; a long value runs on below, aligned with itself."""
        start = self.text(x, y, f"{label}: ", size) + 3
        return self.wrapped(start, y, (width or self.width - 60) - start, value, size, bold=True)

    def line(self, x1, y1, x2, y2, width=0.6, colour=(0, 0, 0), dash=()):
        self.context.set_source_rgb(*colour)
        self.context.set_line_width(width)
        self.context.set_dash(list(dash))
        self.context.move_to(x1, y1)
        self.context.line_to(x2, y2)
        self.context.stroke()
        self.context.set_dash([])

    def box(self, x, y, width, height, stroke=0.6, colour=(0, 0, 0), fill=None):
        self.context.rectangle(x, y, width, height)
        if fill:
            self.context.set_source_rgb(*fill)
            self.context.fill_preserve()
        self.context.set_source_rgb(*colour)
        self.context.set_line_width(stroke)
        self.context.stroke()

    def notice(self, y, size=9):
        self.font(size, bold=True)
        width = self.measure(NOTICE)
        self.box(self.width / 2 - width / 2 - 8, y - size - 2, width + 16, size + 8, colour=RED)
        self.text(self.width / 2, y, NOTICE, size, bold=True, align="centre", colour=RED)

    def notices(self):
        self.notice(34)
        self.notice(self.height - 22)

    def state(self, x, y, size=11):
        self.text(x, y, STATE, size, bold=True, align="centre")
        self.text(x, y + size * 1.5, MOTTO, size, bold=True, align="centre")
        self.font(size, bold=True)
        half = self.measure(MOTTO) / 2
        self.line(x - half, y + size * 1.5 + 4, x + half, y + size * 1.5 + 4)

    def signature(self, x, y, role, name, note="ký số"):
        self.text(x, y, role, 11, bold=True, align="centre")
        self.text(x, y + 15, f"({note})", 10, italic=True, align="centre")
        self.text(x, y + 85, name, 11, bold=True, align="centre")


def pdf(path, title, size=A4):
    surface = cairo.PDFSurface(str(path), *size)
    surface.set_metadata(cairo.PDF_METADATA_TITLE, title)
    surface.set_metadata(cairo.PDF_METADATA_SUBJECT, NOTICE)
    surface.set_metadata(cairo.PDF_METADATA_AUTHOR, "DossierKit samples")
    surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, "2026-11-21T02:30:22Z")
    surface.set_metadata(cairo.PDF_METADATA_MOD_DATE, "2026-11-21T02:30:22Z")
    return Canvas(surface, *size)


def marriage_certificate(path):
    page = pdf(path, "Giấy chứng nhận kết hôn – Trần Thị Nghiệm, Nguyễn Văn Thử", (A4[1], A4[0]))
    middle = page.width / 2
    page.box(26, 46, page.width - 52, page.height - 88, 1.6, (0.62, 0.45, 0.1))
    page.box(31, 51, page.width - 62, page.height - 98, 0.5, (0.62, 0.45, 0.1))
    page.notices()
    page.state(middle, 78)
    page.text(middle, 136, "GIẤY CHỨNG NHẬN KẾT HÔN", 21, bold=True, align="centre", colour=(0.6, 0.05, 0.1))
    page.text(middle, 156, "(BẢN MÔ PHỎNG)   Số: 0000027/2024", 10.5, italic=True, align="centre")
    for x, role, person in ((60, "vợ", SPOUSE), (middle + 15, "chồng", CITIZEN)):
        right = x + middle - 75
        y = 194
        for label, value in (
            (f"Họ, chữ đệm, tên {role}", person.capitals), ("Ngày, tháng, năm sinh", person.born_vi),
            ("Dân tộc", person.nation), ("Quốc tịch", person.nationality), ("Nơi cư trú", f"Thường trú: {OLD_ADDRESS}"),
            ("Giấy tờ tùy thân", f"Căn cước số {person.citizen_id}"),
        ):
            y = page.entry(x, y, label, value, 11, right) + 4
        page.text((x + right) / 2, 400, role.upper(), 11, bold=True, align="centre")
        page.text((x + right) / 2, 415, "(ký, ghi rõ họ, chữ đệm, tên)", 9.5, italic=True, align="centre")
        page.text((x + right) / 2, 480, person.name, 11, bold=True, align="centre")
    page.line(middle, 180, middle, 345, 0.4, (0.62, 0.45, 0.1), (3, 3))
    page.entry(60, 366, "Nơi đăng ký kết hôn", WARD_COMMITTEE)
    page.text(middle, 384, f"Đăng ký {date_long('2024-05-20')}", 11, italic=True, align="centre")
    page.text(middle, 455, "NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN", 10, bold=True, align="centre")
    page.text(middle, 470, "(ký số)", 9.5, italic=True, align="centre")
    page.text(middle, 525, REGISTRAR, 11, bold=True, align="centre")
    page.surface.finish()


def host_consent(path):
    page = pdf(path, "Văn bản đồng ý cho đăng ký thường trú")
    middle, left, width = page.width / 2, 72, page.width - 132
    page.notices()
    page.state(middle, 72)
    page.text(middle, 140, "VĂN BẢN ĐỒNG Ý", 17, bold=True, align="centre")
    page.text(middle, 162, "CHO ĐĂNG KÝ THƯỜNG TRÚ VÀO CHỖ Ở HỢP PHÁP", 13, bold=True, align="centre")
    page.text(middle, 184, f"Kính gửi: {WARD_POLICE}", 11, italic=True, align="centre")
    y = 222
    for label, value in (
        ("Tôi là", FATHER.capitals), ("Ngày, tháng, năm sinh", FATHER.born_vi), ("Số định danh cá nhân", FATHER.citizen_id),
        ("Là", "chủ hộ và chủ sở hữu chỗ ở hợp pháp"), ("Địa chỉ chỗ ở", NEW_ADDRESS),
        ("Theo giấy chứng nhận quyền sử dụng đất số", LAND_CERTIFICATE),
    ):
        y = page.entry(left, y, label, value) + 3
    y = page.wrapped(left, y + 8, width, "Nay tôi đồng ý cho những người có tên sau đây đăng ký thường trú vào hộ của tôi, tại chỗ ở nói trên:")
    y += 4
    columns = (left, left + 26, left + 160, left + 234, left + 338, left + width)
    rows = [("TT", "Họ, chữ đệm và tên", "Ngày sinh", "Số định danh", "Quan hệ chủ hộ")]
    rows += [(str(index), person.name, person.born_vi, person.citizen_id, relation)
             for index, (person, relation) in enumerate(((CITIZEN, "Con đẻ"), (SPOUSE, "Con dâu")), 1)]
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            page.box(columns[column], y + index * 24, columns[column + 1] - columns[column], 24)
            page.text((columns[column] + columns[column + 1]) / 2, y + index * 24 + 16, value, 10, bold=index == 0, align="centre")
    y += len(rows) * 24 + 24
    y = page.wrapped(left, y, width, "Tôi cam đoan chỗ ở này không có tranh chấp về quyền sở hữu, quyền sử dụng, và chịu trách nhiệm trước "
                     "pháp luật về nội dung đã nêu. Văn bản này chỉ dùng cho hồ sơ đăng ký thường trú của những người có tên trên.")
    page.text(430, y + 18, f"Hà Nội, {date_long('2026-11-08')}", 11, italic=True, align="centre")
    page.signature(430, y + 42, "NGƯỜI ĐỒNG Ý", FATHER.name)
    page.surface.finish()


def design_drawing(path):
    """Drawn upright with a margin for trimming; the page is turned and cropped afterwards."""
    width, height = A4[1] + 40, A4[0] + 40
    page = pdf(path, "Bản vẽ thiết kế – mặt bằng tầng 1", (width, height))
    page.family = "DejaVu Sans"
    page.context.translate(20, 20)
    page.width, page.height = A4[1], A4[0]
    page.notices()
    page.box(24, 44, page.width - 48, page.height - 84, 1.4)
    scale, x, y = 38.0, 120, 110  # points per metre
    outer = (x, y, 12 * scale, 5 * scale)
    page.box(*outer, stroke=5)
    page.line(x + 4.2 * scale, y, x + 4.2 * scale, y + 3.4 * scale, 4)
    page.line(x + 8.0 * scale, y + 1.6 * scale, x + 8.0 * scale, y + 5 * scale, 4)
    page.line(x + 8.0 * scale, y + 2.6 * scale, x + 12 * scale, y + 2.6 * scale, 4)
    for room, area, rx, ry in (("Phòng khách", "21,0 m²", 2.1, 2.5), ("Bếp và ăn", "17,5 m²", 6.1, 2.5),
                               ("Phòng ngủ", "10,4 m²", 10, 1.3), ("Vệ sinh", "9,6 m²", 10, 3.8)):
        page.text(x + rx * scale, y + ry * scale, room, 11, bold=True, align="centre")
        page.text(x + rx * scale, y + ry * scale + 16, area, 10, align="centre")
    for dx, dy, start in ((0, 3.4, 0), (8.0, 1.6, math.pi / 2), (8.0, 2.6, 0)):
        page.context.new_path()
        page.context.arc(x + dx * scale, y + dy * scale, 0.9 * scale, start, start + math.pi / 2)
        page.context.set_line_width(0.5)
        page.context.stroke()
    page.line(x, y + 5 * scale + 26, x + 12 * scale, y + 5 * scale + 26, 0.5)
    page.line(x - 30, y, x - 30, y + 5 * scale, 0.5)
    for dx in (0, 12 * scale):
        page.line(x + dx, y + 5 * scale + 18, x + dx, y + 5 * scale + 34, 0.5)
    for dy in (0, 5 * scale):
        page.line(x - 38, y + dy, x - 22, y + dy, 0.5)
    page.text(x + 6 * scale, y + 5 * scale + 21, "12 000", 9, align="centre")
    page.text(x - 62, y + 2.5 * scale, "5 000", 9)
    page.text(x + 6 * scale, y + 5 * scale + 66, "MẶT BẰNG TẦNG 1 – TỶ LỆ 1:100", 13, bold=True, align="centre")
    top, left = page.height - 178, 420
    rows = (("Công trình", "Nhà ở riêng lẻ"), ("Chủ đầu tư", FATHER.name), ("Địa điểm", "Số 12, ngõ 34, phố Thử Nghiệm"),
            ("Đơn vị thiết kế", "Công ty thiết kế Thử Nghiệm (mô phỏng)"), ("Bản vẽ số", "KT-01 – ngày 15/09/2025"))
    for index, (label, value) in enumerate(rows):
        page.box(left, top + index * 25, 110, 25)
        page.box(left + 110, top + index * 25, page.width - 24 - left - 110, 25)
        page.text(left + 6, top + index * 25 + 16, label, 9)
        page.text(left + 116, top + index * 25 + 16, value, 9, bold=True)
    page.surface.finish()


def land_use_certificate(path):
    page = pdf(path, "Giấy chứng nhận quyền sử dụng đất – mô phỏng")
    middle = page.width / 2

    def frame():
        page.box(40, 50, page.width - 80, page.height - 94, 1.2, (0.75, 0.35, 0.4), (1, 0.965, 0.965))
        page.notices()

    frame()
    page.state(middle, 96, 12)
    for index, line in enumerate(("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT")):
        page.text(middle, 190 + index * 34, line, 22 if index == 0 else 16, bold=True, align="centre", colour=(0.7, 0.05, 0.1))
    page.text(middle, 300, "(BẢN MÔ PHỎNG)", 11, italic=True, align="centre")
    page.text(70, 350, "I. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất", 12, bold=True)
    y = 376
    for role, person in (("Ông", FATHER), ("Bà", MOTHER)):
        y = page.entry(70, y, role, f"{person.capitals}, năm sinh {person.born[:4]}, số định danh cá nhân {person.citizen_id}") + 2
    y = page.entry(70, y, "Địa chỉ thường trú", NEW_ADDRESS)
    page.text(middle, page.height - 80, f"Số phát hành: {LAND_CERTIFICATE}", 13, bold=True, align="centre", colour=(0.7, 0.05, 0.1))
    page.surface.show_page()

    frame()
    page.text(70, 90, "II. Thửa đất, nhà ở và tài sản khác gắn liền với đất", 12, bold=True)
    y = 118
    page.text(70, y, "1. Thửa đất", 11, bold=True)
    y += 22
    for label, value in (("a) Thửa đất số", "34, tờ bản đồ số 12"), ("b) Địa chỉ", NEW_ADDRESS), ("c) Diện tích", "60,0 m² (bằng chữ: sáu mươi mét vuông)"),
                         ("d) Hình thức sử dụng", "riêng 60,0 m²; chung: không"), ("đ) Mục đích sử dụng", "đất ở tại đô thị"),
                         ("e) Thời hạn sử dụng", "lâu dài"), ("g) Nguồn gốc sử dụng", "nhận chuyển nhượng đất được công nhận quyền sử dụng đất")):
        y = page.entry(84, y, label, value) + 2
    page.text(70, y + 8, "2. Nhà ở", 11, bold=True)
    y += 30
    for label, value in (("Loại nhà ở", "nhà ở riêng lẻ"), ("Diện tích xây dựng", "60,0 m²"), ("Diện tích sàn", HOUSE_AREA), ("Số tầng", "2"), ("Cấp", "III")):
        y = page.entry(84, y, label, value) + 2
    page.text(400, y + 24, f"Hà Nội, {date_long('2015-04-06')}", 11, italic=True, align="centre")
    page.signature(400, y + 46, "GIÁM ĐỐC VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "Lương Văn Mô Phỏng", "đã ký, mô phỏng")
    page.surface.show_page()

    frame()
    page.text(70, 90, "III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất", 12, bold=True)
    page.box(190, 190, 150, 360, 1.4, fill=(1, 1, 1))
    page.box(196, 196, 138, 348, 0.6, fill=(0.95, 0.9, 0.8))
    page.text(265, 365, "34", 20, bold=True, align="centre")
    page.text(265, 388, "60,0 m²", 11, align="centre")
    page.text(265, 182, "5,00 m", 10, align="centre")
    page.text(352, 372, "12,00 m", 10)
    page.text(265, 590, "Ngõ 34, phố Thử Nghiệm", 11, italic=True, align="centre")
    page.line(440, 240, 440, 180, 1.2)
    page.line(440, 180, 434, 194, 1.2)
    page.line(440, 180, 446, 194, 1.2)
    page.text(440, 170, "B", 12, bold=True, align="centre")
    page.text(middle, 650, "Tỷ lệ 1:100", 11, align="centre")
    page.surface.show_page()

    frame()
    page.text(70, 90, "IV. Những thay đổi sau khi cấp giấy chứng nhận", 12, bold=True)
    page.box(70, 110, 300, 30)
    page.box(370, 110, page.width - 440, 30)
    page.text(220, 130, "Nội dung thay đổi và cơ sở pháp lý", 10, bold=True, align="centre")
    page.text(370 + (page.width - 440) / 2, 130, "Xác nhận", 10, bold=True, align="centre")
    page.box(70, 140, 300, 300)
    page.box(370, 140, page.width - 440, 300)
    page.text(82, 164, "Không có thay đổi tính đến ngày 01/11/2026.", 10)
    page.surface.finish()


def field_values(path, rectangles, values):
    """One page for each field, as large as the field: they become the appearances of form fields."""
    surface = cairo.PDFSurface(str(path), *rectangles[0])
    surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, "2026-11-21T02:30:22Z")
    for (width, height), value in zip(rectangles, values):
        surface.set_size(width, height)
        canvas = Canvas(surface, width, height)
        canvas.text(2, height - 3.2, value, min(10, height - 2.5))
        surface.show_page()
    surface.finish()


def portrait(context, x, y, width, height):
    """A drawn head and shoulders: nobody's photograph."""
    context.save()
    context.rectangle(x, y, width, height)
    context.clip()
    background = cairo.LinearGradient(x, y, x, y + height)
    background.add_color_stop_rgb(0, 0.55, 0.72, 0.88)
    background.add_color_stop_rgb(1, 0.78, 0.88, 0.95)
    context.set_source(background)
    context.paint()

    def ellipse(cx, cy, rx, ry, colour):
        context.save()
        context.translate(x + cx * width, y + cy * height)
        context.scale(rx * width, ry * height)
        context.arc(0, 0, 1, 0, 2 * math.pi)
        context.restore()
        context.set_source_rgb(*colour)
        context.fill()

    ellipse(0.5, 1.06, 0.46, 0.34, (0.16, 0.2, 0.33))
    ellipse(0.5, 0.80, 0.15, 0.14, (0.97, 0.97, 0.97))
    ellipse(0.5, 0.70, 0.11, 0.14, (0.82, 0.63, 0.5))
    ellipse(0.5, 0.385, 0.235, 0.235, (0.1, 0.08, 0.08))
    ellipse(0.5, 0.455, 0.205, 0.235, (0.89, 0.71, 0.58))
    for side in (-1, 1):
        ellipse(0.5 + side * 0.21, 0.47, 0.03, 0.05, (0.85, 0.66, 0.53))
        ellipse(0.5 + side * 0.085, 0.44, 0.028, 0.014, (0.98, 0.98, 0.98))
        ellipse(0.5 + side * 0.085, 0.44, 0.013, 0.013, (0.12, 0.08, 0.06))
        ellipse(0.5 + side * 0.085, 0.402, 0.045, 0.009, (0.1, 0.08, 0.08))
    ellipse(0.5, 0.525, 0.025, 0.018, (0.8, 0.6, 0.48))
    ellipse(0.5, 0.59, 0.06, 0.012, (0.7, 0.36, 0.34))
    context.restore()


def photo(path):
    """354 × 472 pixels: 3 × 4 cm at 300 dpi."""
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, 354, 472)
    canvas = Canvas(surface, 354, 472)
    portrait(canvas.context, 0, 0, 354, 472)
    canvas.box(0, 432, 354, 40, 0, (1, 1, 1), (1, 1, 1))
    canvas.text(177, 449, NOTICE_VI, 12, bold=True, align="centre", colour=RED)
    canvas.text(177, 465, NOTICE_EN, 12, bold=True, align="centre", colour=RED)
    surface.write_to_png(str(path))


def citizen_card(path):
    """Both sides of the card as they lie on the glass of a scanner: A4 at 200 dpi."""
    width, height = round(A4[0] * PIXELS_PER_POINT), round(A4[1] * PIXELS_PER_POINT)
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, width, height)
    canvas = Canvas(surface, A4[0], A4[1], "DejaVu Sans")
    context = canvas.context
    context.set_source_rgb(0.965, 0.96, 0.945)
    context.paint()
    context.scale(PIXELS_PER_POINT, PIXELS_PER_POINT)
    canvas.notices()
    across, down = 85.6 * 72 / 25.4 * 1.45, 54 * 72 / 25.4 * 1.45
    left = (A4[0] - across) / 2

    def card(top):
        context.save()
        context.rectangle(left + 2.5, top + 3, across, down)
        context.set_source_rgb(0.82, 0.81, 0.79)
        context.fill()
        context.rectangle(left, top, across, down)
        paper = cairo.LinearGradient(left, top, left + across, top + down)
        for stop, colour in ((0, (0.80, 0.90, 0.93)), (0.5, (0.93, 0.95, 0.86)), (1, (0.80, 0.90, 0.85))):
            paper.add_color_stop_rgb(stop, *colour)
        context.set_source(paper)
        context.fill_preserve()
        context.clip()
        context.set_source_rgba(0.35, 0.6, 0.62, 0.35)
        context.set_line_width(0.3)
        for index in range(-14, 30):
            context.move_to(left, top + index * 12)
            context.curve_to(left + across / 3, top + index * 12 - 60, left + across * 2 / 3, top + index * 12 + 60, left + across, top + index * 12)
            context.stroke()
        context.restore()

    top = 110
    card(top)
    centre = left + across / 2 + 28
    canvas.text(centre, top + 20, STATE, 8.2, bold=True, align="centre")
    canvas.text(centre, top + 32, MOTTO, 8, align="centre")
    canvas.text(centre, top + 54, "CĂN CƯỚC", 17, bold=True, align="centre", colour=(0.7, 0.05, 0.1))
    canvas.text(centre, top + 66, "IDENTITY CARD – MÔ PHỎNG", 8, align="centre", colour=(0.7, 0.05, 0.1))
    portrait(context, left + 16, top + 74, 82, 108)
    canvas.text(left + 57, top + 200, "ẢNH VẼ", 7, align="centre")
    y = top + 88
    for label, value in (("Số định danh cá nhân / Personal identification number", CITIZEN.citizen_id),
                         ("Họ, chữ đệm và tên khai sinh / Full name", CITIZEN.capitals),
                         ("Ngày, tháng, năm sinh / Date of birth", CITIZEN.born_vi),
                         ("Giới tính / Sex – Quốc tịch / Nationality", f"{CITIZEN.sex_vi} – {CITIZEN.nationality}")):
        canvas.text(left + 112, y, label, 7)
        canvas.text(left + 112, y + 14, value, 12 if "Số" in label else 10.5, bold=True)
        y += 32
    canvas.text(left + across / 2, top + down - 8, NOTICE, 7, bold=True, align="centre", colour=RED)

    top = 420
    card(top)
    y = top + 24
    for label, value in (("Nơi cư trú / Place of residence", OLD_ADDRESS), ("Nơi đăng ký khai sinh / Place of birth registration", f"{WARD_TITLE}, {CITY}"),
                         ("Ngày cấp / Date of issue – Có giá trị đến / Date of expiry", "12/08/2024 – 15/03/2039")):
        canvas.text(left + 16, y, label, 7)
        y = canvas.wrapped(left + 16, y + 12, across - 32, value, 9, 1.3, bold=True) + 8
    canvas.box(left + 16, top + 134, 40, 30, 0.8, (0.55, 0.45, 0.1), (0.86, 0.76, 0.42))
    for index in (1, 2):
        canvas.line(left + 16, top + 134 + index * 10, left + 56, top + 134 + index * 10, 0.6, (0.55, 0.45, 0.1))
    canvas.text(left + 80, top + 146, "BỘ CÔNG AN (MÔ PHỎNG)", 9, bold=True)
    canvas.text(left + 80, top + 158, "MINISTRY OF PUBLIC SECURITY (SIMULATED)", 7)
    canvas.text(left + across / 2, top + 178, NOTICE, 7, bold=True, align="centre", colour=RED)
    canvas.family = "DejaVu Sans Mono"
    # The composition of a machine-readable zone, with "TST" where the issuing state would stand.
    for index, line in enumerate(("IDTST0990000010001099000001<<", "9903157M3903152TST<<<<<<<<<<<<", "NGUYEN<<VAN<THU<<<<<<<<<<<<<<<")):
        canvas.text(left + 16, top + 192 + index * 12, line.ljust(30, "<"), 10.4)
    surface.write_to_png(str(path))
