# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Makes every sample document into testvectors/. Called by Scripts/make-samples, which sees to the tools."""

import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import img2pdf
from PIL import Image

import drawn
import form
import office
import postscript
import rebuilt
from family import *

FIXED = datetime.datetime.fromtimestamp(EPOCH, datetime.timezone.utc)
# Same length as what producers write, so that no offset in the file moves.
PINNED = (
    (rb"\(D:\d{14}", b"(D:20261121023022"),
    (rb"(?<=Date>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", b"2026-11-21T02:30:22"),
    (rb"(?<=uuid:)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", b"d0551e20-0000-0000-0000-000000000000"),
)


def pin(path):
    """Replaces times and identifiers that a producer takes from the clock or from chance by fixed ones, in place."""
    data = path.read_bytes()
    size = len(data)
    for pattern, fixed in PINNED:
        data = re.sub(pattern, fixed, data)

    def same_length(match):
        return match.group(1) + (path.stem.encode().hex().upper().encode() * 4)[:len(match.group(2))] + match.group(3)

    end = data.rfind(b"trailer")
    tail = re.sub(rb"(<)([0-9A-Fa-f]{32})(>)", same_length, data[end:])
    tail = re.sub(rb"(/DocChecksum /)([0-9A-F]{32})()", same_length, tail)
    data = data[:end] + tail
    if len(data) != size:
        raise SystemExit(f"make-samples: {path.name}: fixing the times moved the bytes")
    path.write_bytes(data)


def scan(picture, target, folder):
    """What a flat-bed scanner makes of a page: a little askew, a little grey, with grain; one JPEG, no text."""
    askew = folder / "scan.jpg"
    subprocess.run(
        ["convert", "-seed", "1", str(picture), "-background", "#f4f2ec", "-rotate", "0.8", "-gravity", "center",
         "-extent", "1654x2339", "-attenuate", "0.12", "+noise", "Gaussian", "-blur", "0x0.6", "-modulate", "98,92",
         "-sampling-factor", "4:2:0", "-quality", "62", "-units", "PixelsPerInch", "-density", "200", "-strip", str(askew)],
        check=True)
    layout = img2pdf.get_fixed_dpi_layout_fun((200, 200))
    target.write_bytes(img2pdf.convert(
        str(askew), layout_fun=layout, title="Thẻ căn cước – bản quét", subject=NOTICE, author="DossierKit samples",
        creationdate=FIXED, moddate=FIXED, engine=img2pdf.Engine.internal))


def fields():
    """The catalogue of what the documents say, for tests and the demo."""
    documents = []
    for document in DOCUMENTS:
        entry = {
            "file": document.file, "mediaType": document.media_type, "type": document.type,
            "name": {"vi": document.name_vi, "en": document.name_en}, "number": document.number,
            "issuedOn": document.issued_on, "validUntil": document.valid_until, "issuer": document.issuer,
            "subjects": [{"fullName": person.name, "citizenId": person.citizen_id} for person in document.subjects],
            "producer": document.producer, "structure": list(document.structure), "pages": document.pages,
            "fields": document.fields,
        }
        documents.append(entry)
    return {"version": 1, "notice": NOTICE, "documents": documents}


def main(root):
    vectors = root / "testvectors"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="samples."))
    try:
        made = folder / "made"
        office.make(folder)
        for name in ("birth-certificate", "lawful-home-proof", "notice-of-birth", "birth-registration-form"):
            pin(folder / f"{name}.pdf")
        drawn.marriage_certificate(folder / "marriage-certificate.pdf")
        drawn.host_consent(folder / "host-consent.pdf")
        drawn.design_drawing(folder / "design-drawing.pdf")
        drawn.land_use_certificate(folder / "land-use-certificate.pdf")
        drawn.citizen_card(folder / "card.png")
        drawn.photo(folder / "photo.png")
        postscript.residence_confirmation(folder / "residence-confirmation.pdf")
        pin(folder / "residence-confirmation.pdf")
        form.ct01_pdf(folder / "ct01-declaration.pdf")

        (made / "pdfs").mkdir(parents=True)
        (made / "dossiers").mkdir()
        for name in ("birth-certificate", "marriage-certificate", "residence-confirmation", "ct01-declaration", "notice-of-birth"):
            shutil.copy(folder / f"{name}.pdf", made / "pdfs")
        scan(folder / "card.png", made / "pdfs/citizen-card-scan.pdf", folder)
        rebuilt.qpdf(folder / "lawful-home-proof.pdf", made / "pdfs/lawful-home-proof.pdf", "--object-streams=generate")
        rebuilt.qpdf(folder / "host-consent.pdf", made / "pdfs/host-consent.pdf", "--linearize")
        rebuilt.turned_and_cropped(folder / "design-drawing.pdf", made / "pdfs/design-drawing.pdf")
        rebuilt.inheriting(folder / "land-use-certificate.pdf", made / "pdfs/land-use-certificate.pdf")
        rebuilt.with_appearances(folder / "birth-registration-form.pdf", made / "pdfs/birth-registration-form.pdf", folder)
        form.ct01_xml(made / "dossiers/ct01.xml")
        with Image.open(folder / "photo.png") as picture:
            picture.convert("RGB").save(made / "dossiers/photo.jpg", quality=85, dpi=(300, 300), comment=NOTICE.encode())
        (made / "pdfs/fields.json").write_text(json.dumps(fields(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

        listed = {document.file for document in DOCUMENTS}
        present = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()} - {"pdfs/fields.json"}
        if listed != present:
            raise SystemExit(f"make-samples: listed and made differ: {sorted(listed ^ present)}")
        for path in sorted(made.rglob("*")):
            if path.is_file():
                target = vectors / path.relative_to(made)
                target.parent.mkdir(parents=True, exist_ok=True)
                changed = not target.is_file() or target.read_bytes() != path.read_bytes()
                shutil.copyfile(path, target)
                print(f"{'written' if changed else 'as it was':9} {target.relative_to(root)} ({path.stat().st_size} bytes)")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
