# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""What the tool says of files, and what renderers show of them."""

import json
import os
import pathlib
import shutil
import subprocess

try:
    import pymupdf
except ImportError:
    pymupdf = None
try:
    import pypdfium2
except ImportError:
    pypdfium2 = None

MARGIN = 2
LEAST = 24


class Tool:
    """The built tool with a set of test certificates of its own."""

    def __init__(self, path, folder):
        self.path, self.folder = str(path), pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "passphrase").write_text("test\n", encoding="utf-8")
        if not (self.folder / "pki").is_dir():
            subprocess.run([self.path, "testpki", "init", self.folder / "pki"], check=True, stdout=subprocess.DEVNULL)
        self.trust = ["--trust", f"public={folder}/pki/trust/public", "--material", f"{folder}/pki/material"]
        self.signed = 0

    def sign(self, data, *options, signer="citizen"):
        """The file signed, or `None` where the tool refuses."""
        source, target = self.folder / "unsigned.pdf", self.folder / "signed.pdf"
        source.write_bytes(data)
        key = ["--key", self.folder / "pki" / f"{signer}.p12", "--passphrase-file", self.folder / "passphrase"]
        command = [self.path, "sign", *self.trust, *key, "--level", "b-b", *options, "--force", "--output", target, source]
        done = subprocess.run(command, capture_output=True, check=False)
        self.signed += 1
        if done.returncode != 0:
            self.refusal = done.stderr.decode(errors="replace")
            return None
        return target.read_bytes()

    def verdicts(self, files, batch=40):
        """(indication or error code, the changes' kinds) of each file, in their order."""
        found = []
        for start in range(0, len(files), batch):
            part = [str(file) for file in files[start : start + batch]]
            done = subprocess.run([self.path, "verify", "--json", *self.trust, *part], capture_output=True, check=False)
            try:
                reports = json.loads(done.stdout)["files"]
            except (ValueError, LookupError):
                reports = []
            if len(reports) != len(part):
                # One of them ended the process; each is asked for itself.
                if len(part) == 1:
                    found.append((f"exit code {done.returncode}", []))
                else:
                    found += self.verdicts(part, batch=1)
                continue
            for report in reports:
                kinds = [
                    change["kind"] for signature in report.get("signatures", []) for change in signature["changesAfterSigning"]
                ]
                error = report.get("error") or {}
                found.append((report.get("indication") or error.get("code") or str(error), kinds))
        return found


class Picture:
    """The pixels of one page at 72 per inch, from its upper left corner."""

    def __init__(self, width, height, samples):
        self.width, self.height, self.samples = width, height, samples

    def differences(self, other, allowed=()):
        """How many pixels are clearly different outside of some rectangles (left, upper, right, lower)."""
        if (self.width, self.height) != (other.width, other.height):
            return self.width * self.height
        if self.samples == other.samples:
            return 0
        count, row = 0, 3 * self.width
        for y in range(self.height):
            first, second = self.samples[y * row : (y + 1) * row], other.samples[y * row : (y + 1) * row]
            if first == second:
                continue
            for x in range(self.width):
                if any(abs(first[3 * x + part] - second[3 * x + part]) > LEAST for part in range(3)):
                    if not any(left - MARGIN <= x < right + MARGIN and top - MARGIN <= y < low + MARGIN for left, top, right, low in allowed):
                        count += 1
        return count

    def pixel(self, x, y):
        place = 3 * (y * self.width + x)
        return self.samples[place : place + 3]

    def is_even(self, left, top, right, low):
        """Whether a rectangle shows one colour only."""
        pixels = [
            self.pixel(x, y)
            for y in range(max(top, 0), min(low, self.height))
            for x in range(max(left, 0), min(right, self.width))
        ]
        return all(abs(a - b) <= 2 * LEAST for pixel in pixels for a, b in zip(pixel, pixels[0]))


def poppler(path):
    return pictures(subprocess.run(["pdftoppm", "-r", "72", path], capture_output=True, check=False, timeout=60).stdout)


def ghostscript(path):
    command = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=ppmraw", "-r72", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4"]
    command += ["-dShowAnnots=true", "-sOutputFile=%stdout", path]
    return pictures(subprocess.run(command, capture_output=True, check=False, timeout=60).stdout)


def pictures(data):
    found, position = [], 0
    while data[position : position + 2] == b"P6":
        words, position = [], position + 2
        while len(words) < 3:
            while data[position : position + 1].isspace():
                position += 1
            if data[position : position + 1] == b"#":
                position = data.index(b"\n", position)
                continue
            end = position
            while not data[end : end + 1].isspace():
                end += 1
            words.append(int(data[position:end]))
            position = end
        position += 1
        size = 3 * words[0] * words[1]
        found.append(Picture(words[0], words[1], data[position : position + size]))
        position += size
    return found


def mupdf(path):
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(path, filetype="pdf") as document:
            maps = [page.get_pixmap(dpi=72, alpha=False) for page in document]
    except Exception:  # pylint: disable=broad-exception-caught
        return []
    return [Picture(part.width, part.height, bytes(part.samples)) for part in maps]


def pdfium(path):
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return []
    try:
        document.init_forms()
    except Exception:  # pylint: disable=broad-exception-caught
        pass
    found = []
    for page in document:
        bitmap = page.render(scale=1, may_draw_forms=True, rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGR)
        row = 3 * bitmap.width
        data = bytes(bitmap.buffer)
        rows = [data[y * bitmap.stride : y * bitmap.stride + row] for y in range(bitmap.height)]
        found.append(Picture(bitmap.width, bitmap.height, b"".join(rows)))
    document.close()
    return found


def renderers(all_of_them=True):
    """The renderers of this machine by their names; pdftoppm is the least."""
    found = {"poppler": poppler} if shutil.which("pdftoppm") else {}
    if all_of_them and pymupdf:
        found["MuPDF"] = mupdf
    if all_of_them and pypdfium2:
        found["PDFium"] = pdfium
    if all_of_them and shutil.which("gs") and os.environ.get("FUZZ_GHOSTSCRIPT"):
        found["Ghostscript"] = ghostscript
    return found
