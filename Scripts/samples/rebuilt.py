# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Structures that no producer at hand writes by itself, made from a producer's file with pikepdf and qpdf."""

import subprocess

import pikepdf
from pikepdf import Array, Dictionary, Name

import drawn


def qpdf(source, target, *options):
    subprocess.run(["qpdf", "--deterministic-id", *options, str(source), str(target)], check=True)


def save(pdf, path):
    pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def turned_and_cropped(source, target):
    """A landscape sheet on a portrait page: /Rotate 90, and a /CropBox that trims 20 points on each side."""
    with pikepdf.open(source) as pdf:
        page = pdf.pages[0]
        _, _, width, height = (float(value) for value in page.mediabox)
        # Turn the content a quarter back, so that /Rotate shows it upright.
        sheet = pdf.make_stream(
            page.obj.Contents.read_bytes(), Type=Name.XObject, Subtype=Name.Form, BBox=page.mediabox,
            Resources=page.obj.Resources)
        page.obj.Resources = Dictionary(XObject=Dictionary(Sheet=sheet))
        page.obj.Contents = pdf.make_stream(f"q 0 1 -1 0 {height:.2f} 0 cm /Sheet Do Q\n".encode())
        page.obj.MediaBox = Array([0, 0, round(height, 2), round(width, 2)])
        page.obj.CropBox = Array([20, 20, round(height - 20, 2), round(width - 20, 2)])
        page.obj.Rotate = 90
        save(pdf, target)


def inheriting(source, target):
    """Pages in two groups below the root; /Resources, /MediaBox and /Rotate stand in the tree and are inherited."""
    with pikepdf.open(source) as pdf:
        pages = [page.obj for page in pdf.pages]
        root = pdf.Root.Pages
        # Resource names of different pages collide, so each page's are renamed before they are joined.
        joined = Dictionary()
        for index, page in enumerate(pages):
            renamed = {}
            for kind in ("/Font", "/XObject", "/ExtGState", "/Pattern", "/Shading", "/ColorSpace"):
                for name, value in (page.Resources.get(kind) or {}).items():
                    new = f"{name}p{index}"
                    renamed[name] = Name(new)
                    if kind not in joined:
                        joined[kind] = Dictionary()
                    joined[kind][new] = value
            operations = [
                ([renamed.get(str(item), item) if isinstance(item, Name) else item for item in operands], operator)
                for operands, operator in pikepdf.parse_content_stream(page)]
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(operations))
        middle = len(pages) // 2
        groups = []
        for members in (pages[:middle], pages[middle:]):
            group = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(members), Count=len(members), Parent=root))
            for page in members:
                page.Parent = group
                for key in ("/Resources", "/MediaBox", "/Rotate"):
                    if key in page:
                        del page[key]
            groups.append(group)
        # The resources of the root hold for the first group; the second has the same again, nearer to its pages.
        root.Resources = pdf.make_indirect(joined)
        groups[1].Resources = root.Resources
        root.MediaBox = Array([0, 0, 595.28, 841.89])
        root.Rotate = 0
        root.Kids = Array(groups)
        root.Count = len(pages)
        save(pdf, target)


def with_appearances(source, target, folder):
    """LibreOffice leaves the look of form fields to the viewer; here each gets an appearance with an embedded font."""
    with pikepdf.open(source) as pdf:
        widgets = [widget for widget in pdf.pages[0].Annots if widget.get("/FT") == Name.Tx]
        rectangles = [(float(w.Rect[2] - w.Rect[0]), float(w.Rect[3] - w.Rect[1])) for w in widgets]
        values = [str(widget.V) for widget in widgets]
        looks = folder / "appearances.pdf"
        drawn.field_values(looks, rectangles, values)
        with pikepdf.open(looks) as drawings:
            for widget, page in zip(widgets, drawings.pages):
                widget.AP = Dictionary(N=pdf.copy_foreign(drawings.make_indirect(page.as_form_xobject())))
                if "/MK" in widget:
                    del widget.MK
        if "/NeedAppearances" in pdf.Root.AcroForm:
            del pdf.Root.AcroForm.NeedAppearances
        save(pdf, target)
