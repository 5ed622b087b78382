# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The short forms of `make test-large`: large files need little memory, and hostile ones get an answer in time."""

import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / ".build/debug/dossier"
CORPORA = pathlib.Path(os.environ.get("DOSSIER_CORPORA", ROOT / "../shared/corpora"))


@unittest.skipUnless(TOOL.is_file(), "the tool is not built")
class LargeFileTests(unittest.TestCase):
    def run_script(self, name, *arguments):
        outcome = subprocess.run(
            [ROOT / "Scripts" / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(outcome.stdout)
        self.assertEqual(outcome.returncode, 0, outcome.stdout)

    def test_files_of_300_mib_are_signed_and_verified_within_64_mib(self):
        print("reduced: 300 MiB and 50,000 objects instead of 4 GiB, 3 GiB and a million; all: make test-large")
        self.run_script("large-files", "--short", TOOL)

    @unittest.skipUnless((CORPORA / "pdfjs").is_dir(), "no corpora: 453 PDFs")
    def test_every_pdf_gets_an_answer_within_5_s_and_512_mib(self):
        print("reduced: every twentieth PDF of pdfjs; all: make test-large")
        self.run_script("bounded-pdfs", "--every", "20", "--tool", TOOL, CORPORA / "pdfjs")


if __name__ == "__main__":
    unittest.main()
