# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The residence confirmation as PostScript, distilled by Ghostscript."""

import os
import pathlib
import subprocess

from fontTools.ttLib import TTFont

from family import *

FONTS = {"R": ("DejaVuSerif.ttf", "DejaVuSerif"), "B": ("DejaVuSerif-Bold.ttf", "DejaVuSerif-Bold"),
         "I": ("DejaVuSerif-Italic.ttf", "DejaVuSerif-Italic")}
FONT_FOLDERS = "/usr/share/fonts/truetype/dejavu"


class Program:
    """Writes PostScript. Vietnamese needs fewer than 224 different letters, so one encoding vector holds a document's."""

    def __init__(self):
        self.letters, self.lines = {}, []

    def string(self, text):
        codes = []
        for letter in text:
            if letter not in self.letters:
                self.letters[letter] = 32 + len(self.letters)
            codes.append(self.letters[letter])
        if len(self.letters) > 224:
            raise SystemExit("make-samples: too many different letters for one encoding")
        return "<" + "".join(f"{code:02x}" for code in codes) + ">"

    def text(self, x, y, content, size=11, font="R", how="left"):
        self.lines.append(f"/{font} {size} selectfont {x} {841.89 - y:.2f} moveto {self.string(content)} {how}")

    def entry(self, x, y, label, value, size=10.5):
        self.lines.append(f"/R {size} selectfont {x} {841.89 - y:.2f} moveto {self.string(label + ': ')} show "
                          f"/B {size} selectfont {self.string(value)} show")

    def notice(self, y):
        self.lines.append("0.69 0 0.13 setrgbcolor 0.5 setlinewidth")
        self.lines.append(f"60 {841.89 - y - 5:.2f} 475.28 16 rectstroke")
        self.text(297.64, y, NOTICE, 9, "B", "centre")
        self.lines.append("0 setgray")

    def box(self, x, y, width, height):
        self.lines.append(f"0.5 setlinewidth {x} {841.89 - y - height:.2f} {width} {height} rectstroke")

    def source(self, names):
        utf16 = lambda text: "<feff" + text.encode("utf-16-be").hex() + ">"
        fonts = ""
        for short, (_, name) in FONTS.items():
            encoding = "\n".join(f"dup {code} /{names[short][ord(letter)]} put" for letter, code in self.letters.items())
            fonts += (f"256 array 0 1 255 {{1 index exch /.notdef put}} for\n{encoding}\n/Letters{short} exch def\n"
                      f"/{name} findfont dup length dict begin {{1 index /FID ne {{def}} {{pop pop}} ifelse}} forall "
                      f"/Encoding Letters{short} def currentdict end /{short} exch definefont pop\n")
        body = "\n".join(self.lines)
        return (f"%!PS-Adobe-3.0\n%%Title: CT07 (test data)\n%%EndComments\n"
                f"{fonts}"
                "/left {show} def\n/centre {dup stringwidth pop 2 div neg 0 rmoveto show} def\n"
                f"[ /Title {utf16('Xác nhận thông tin về cư trú – Nguyễn Văn Thử')} /Subject {utf16(NOTICE)} "
                "/Author (DossierKit samples) /CreationDate (D:20261121023022Z) /ModDate (D:20261121023022Z) /DOCINFO pdfmark\n"
                f"<< /PageSize [595.28 841.89] >> setpagedevice\n{body}\nshowpage\n")


def glyph_names(file):
    """What a font program calls the glyph of each code point: not every face says `uni1EBF`."""
    return TTFont(f"{FONT_FOLDERS}/{file}").getBestCmap()


def residence_confirmation(path):
    page = Program()
    page.notice(36)
    page.text(150, 70, "CÔNG AN THÀNH PHỐ HÀ NỘI", 10, "R", "centre")
    page.text(150, 85, "CÔNG AN PHƯỜNG THỬ NGHIỆM", 10, "B", "centre")
    page.lines.append("100 748 moveto 100 0 rlineto 0.6 setlinewidth stroke")
    page.text(150, 112, "Số: 0000107/XN (mô phỏng)", 10, "R", "centre")
    page.text(410, 70, STATE, 9, "B", "centre")
    page.text(410, 85, MOTTO, 10, "B", "centre")
    page.lines.append("340 748 moveto 140 0 rlineto 0.6 setlinewidth stroke")
    page.text(410, 112, f"Hà Nội, {date_long('2026-11-19')}", 10, "I", "centre")
    page.text(510, 134, "Mẫu CT07 (mô phỏng)", 8, "I", "centre")
    page.text(297.64, 160, "XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", 16, "B", "centre")
    y = 196
    page.text(66, y, "I. Theo đề nghị của ông (bà):", 10.5, "B")
    for label, value in (("1. Họ, chữ đệm và tên", CITIZEN.capitals), ("2. Ngày, tháng, năm sinh", CITIZEN.born_vi),
                         ("3. Giới tính", CITIZEN.sex_vi), ("4. Số định danh cá nhân", CITIZEN.citizen_id),
                         ("5. Quê quán", f"{WARD_TITLE}, {CITY}"), ("6. Dân tộc", CITIZEN.nation), ("7. Quốc tịch", CITIZEN.nationality)):
        y += 19
        page.entry(80, y, label, value)
    y += 28
    page.text(66, y, "II. Công an phường Thử Nghiệm xác nhận:", 10.5, "B")
    for label, value in (("1. Nơi thường trú (từ ngày 19/11/2026)", ""), (None, NEW_ADDRESS), ("2. Nơi ở hiện tại", "như nơi thường trú"),
                         ("3. Họ, chữ đệm và tên chủ hộ", FATHER.name), ("4. Số định danh của chủ hộ", FATHER.citizen_id),
                         ("5. Quan hệ với chủ hộ", "Con đẻ"), ("6. Thành viên khác trong hộ gia đình", "")):
        y += 19
        if label:
            page.entry(80, y, label, value)
        else:
            page.text(94, y, value, 10.5, "B")
    y += 10
    columns = (66, 92, 232, 312, 422, 530)
    rows = [("TT", "Họ, chữ đệm và tên", "Ngày sinh", "Số định danh", "Quan hệ chủ hộ"),
            ("1", MOTHER.name, MOTHER.born_vi, MOTHER.citizen_id, "Vợ"), ("2", SPOUSE.name, SPOUSE.born_vi, SPOUSE.citizen_id, "Con dâu")]
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            page.box(columns[column], y, columns[column + 1] - columns[column], 22)
            page.text((columns[column] + columns[column + 1]) / 2, y + 15, value, 9.5, "R" if index else "B", "centre")
        y += 22
    y += 24
    page.entry(80, y, "7. Nội dung xác nhận khác", "không")
    page.text(66, y + 26, "Xác nhận này có giá trị đến hết ngày 19/11/2027.", 10.5, "I")
    page.text(410, y + 56, "TRƯỞNG CÔNG AN PHƯỜNG", 10.5, "B", "centre")
    page.text(410, y + 71, "(ký số, dấu số của cơ quan)", 9.5, "I", "centre")
    page.text(410, y + 134, OFFICER, 10.5, "B", "centre")
    page.notice(818)

    source = pathlib.Path(path).with_suffix(".ps")
    source.write_text(page.source({short: glyph_names(file) for short, (file, _) in FONTS.items()}), encoding="ascii")
    subprocess.run(
        ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", f"-sFONTPATH={FONT_FOLDERS}", "-sDEVICE=pdfwrite", "-dEmbedAllFonts=true",
         "-dSubsetFonts=true", f"-sOutputFile={path}", str(source)],
        check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "UTC"})
