# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The sample documents of testvectors/ are what testvectors/pdfs/fields.json and testvectors/README.md say of them."""

import json
import pathlib
import re
import subprocess
import unicodedata
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "testvectors"
CATALOGUE = json.loads((VECTORS / "pdfs/fields.json").read_text(encoding="utf-8"))
PDFS = [document for document in CATALOGUE["documents"] if document["mediaType"] == "application/pdf"]
SCAN = "pdfs/citizen-card-scan.pdf"


def output(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, check=True).stdout


def text_of(document):
    text = output("pdftotext", "-enc", "UTF-8", VECTORS / document["file"], "-").decode("utf-8")
    return re.sub(r"\s+", " ", text)


def objects_of(path):
    """Every object of a PDF by its number, as qpdf reads it."""
    return json.loads(output("qpdf", "--json=1", "--json-key=objects", path))["objects"]


class SampleTests(unittest.TestCase):
    def test_every_listed_file_exists_and_no_other_pdf_does(self):
        listed = {document["file"] for document in CATALOGUE["documents"]}
        present = {str(path.relative_to(VECTORS)) for path in (VECTORS / "pdfs").glob("*.pdf")}
        self.assertEqual({name for name in listed if name.endswith(".pdf")}, present)
        for name in listed:
            self.assertTrue((VECTORS / name).is_file(), name)

    def test_the_samples_stay_below_three_megabytes(self):
        files = [*(VECTORS / "pdfs").iterdir(), *(VECTORS / "dossiers").iterdir()]
        self.assertLess(sum(path.stat().st_size for path in files), 3_000_000)

    def test_qpdf_finds_no_fault(self):
        for document in PDFS:
            with self.subTest(document["file"]):
                checked = subprocess.run(["qpdf", "--check", VECTORS / document["file"]], capture_output=True, text=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_every_page_with_text_bears_the_notice(self):
        for document in PDFS:
            if document["file"] == SCAN:
                continue
            for page in range(1, document["pages"] + 1):
                with self.subTest(document["file"], page=page):
                    text = output("pdftotext", "-enc", "UTF-8", "-f", page, "-l", page, VECTORS / document["file"], "-")
                    flat = re.sub(r"\s+", " ", text.decode("utf-8"))
                    self.assertGreaterEqual(flat.count(CATALOGUE["notice"]), 2)

    def test_the_names_of_the_persons_can_be_read_from_the_text(self):
        for document in PDFS:
            if document["file"] == SCAN:
                continue
            text = unicodedata.normalize("NFC", text_of(document)).casefold()
            for subject in document["subjects"]:
                # Values of form fields are drawn by their appearances, which pdftotext reads as well.
                with self.subTest(document["file"], name=subject["fullName"]):
                    self.assertIn(subject["fullName"].casefold(), text)

    def test_the_scan_has_one_image_of_200_dpi_and_no_text(self):
        self.assertEqual(output("pdftotext", VECTORS / SCAN, "-").strip(), b"")
        images = output("pdfimages", "-list", VECTORS / SCAN).decode().splitlines()[2:]
        self.assertEqual(len(images), 1)
        self.assertEqual(images[0].split()[12:14], ["200", "200"])

    def test_the_number_of_pages_is_as_listed(self):
        for document in PDFS:
            with self.subTest(document["file"]):
                self.assertEqual(int(output("qpdf", "--show-npages", VECTORS / document["file"])), document["pages"])

    def test_every_font_that_draws_vietnamese_is_embedded(self):
        for document in PDFS:
            for line in output("pdffonts", VECTORS / document["file"]).decode().splitlines()[2:]:
                embedded = line.split()[-5]
                # ReportLab and LibreOffice's forms name Helvetica without drawing with it.
                if not line.startswith("Helvetica "):
                    with self.subTest(document["file"], font=line.split()[0]):
                        self.assertEqual(embedded, "yes")

    def test_both_kinds_of_cross_references_are_there(self):
        streams = (VECTORS / "pdfs/lawful-home-proof.pdf").read_bytes()
        self.assertIn(b"/Type /XRef", streams)
        self.assertIn(b"/Type /ObjStm", streams)
        self.assertNotIn(b"\ntrailer", streams)
        for name in ("birth-certificate", "marriage-certificate", "ct01-declaration", "residence-confirmation"):
            with self.subTest(name):
                table = (VECTORS / f"pdfs/{name}.pdf").read_bytes()
                self.assertRegex(table, rb"\nxref\r?\n0 \d+")
                self.assertNotIn(b"/ObjStm", table)

    def test_the_consent_is_linearized(self):
        answer = output("qpdf", "--check-linearization", VECTORS / "pdfs/host-consent.pdf").decode()
        self.assertIn("no linearization errors", answer)
        self.assertIn("is not linearized", output("qpdf", "--check-linearization", VECTORS / "pdfs/ct01-declaration.pdf").decode())

    def test_the_drawing_is_turned_and_cropped(self):
        objects = objects_of(VECTORS / "pdfs/design-drawing.pdf")
        page = next(value for value in objects.values() if isinstance(value, dict) and value.get("/Type") == "/Page")
        self.assertEqual(page["/Rotate"], 90)
        self.assertGreater(page["/CropBox"][0], page["/MediaBox"][0])
        self.assertLess(page["/CropBox"][3], page["/MediaBox"][3])

    def test_the_land_certificate_inherits_from_its_page_tree(self):
        objects = objects_of(VECTORS / "pdfs/land-use-certificate.pdf")
        kinds = {"/Page": [], "/Pages": []}
        for value in objects.values():
            if isinstance(value, dict) and value.get("/Type") in kinds:
                kinds[value["/Type"]].append(value)
        self.assertEqual((len(kinds["/Page"]), len(kinds["/Pages"])), (4, 3))
        for page in kinds["/Page"]:
            self.assertFalse({"/Resources", "/MediaBox", "/Rotate"} & set(page))

    def test_the_form_has_text_fields_with_values_and_appearances(self):
        objects = objects_of(VECTORS / "pdfs/birth-registration-form.pdf")
        fields = [value for value in objects.values() if isinstance(value, dict) and value.get("/FT") == "/Tx" and "/AP" in value]
        self.assertEqual(len(fields), 14)
        self.assertIn("Nguyễn Văn Thử", [field["/V"] for field in fields])

    def test_the_xml_form_says_what_the_catalogue_says(self):
        root = ElementTree.parse(VECTORS / "dossiers/ct01.xml").getroot()
        space = {"f": "urn:test:dossierkit:ct01:1"}
        fields = next(d["fields"] for d in PDFS if d["file"] == "pdfs/ct01-declaration.pdf")
        self.assertEqual(root.findtext("f:notice", namespaces=space), CATALOGUE["notice"])
        self.assertEqual(root.findtext("f:declarant/f:citizenId", namespaces=space), fields["declarant.citizenId"])
        self.assertEqual(root.findtext("f:members/f:member/f:fullName", namespaces=space), fields["member.1.fullName"])

    def test_the_photo_is_a_jpeg_of_3_by_4_centimetres(self):
        data = (VECTORS / "dossiers/photo.jpg").read_bytes()
        self.assertEqual((data[:3], data[-2:]), (b"\xff\xd8\xff", b"\xff\xd9"))
        frame = data.index(b"\xff\xc0")
        self.assertEqual((int.from_bytes(data[frame + 7:frame + 9], "big"), int.from_bytes(data[frame + 5:frame + 7], "big")), (354, 472))


if __name__ == "__main__":
    unittest.main()
