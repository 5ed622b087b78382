# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The adversary of the analysis of changes finds nothing in fixed rounds, and finds what is there when the analysis looks away.

The long form is `make fuzz-changes`."""

import os
import pathlib
import random
import tempfile
import unittest

from changes import adversary, contents, documents, judge, mutations

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("DOSSIER_TOOL", ROOT / ".build/debug/dossier"))


class ChangesAdversaryTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not TOOL.exists():
            raise unittest.SkipTest(f"the adversary of changes: {TOOL} is not built")
        # The packages of the tests have one renderer; the long form takes every one that there is.
        cls.renderers = judge.renderers(all_of_them=False)
        if not cls.renderers:
            raise unittest.SkipTest("the adversary of changes: pdftoppm is not installed")
        cls.place = tempfile.TemporaryDirectory(prefix="dossier-changes-")
        cls.folder = pathlib.Path(cls.place.name)
        cls.tool = judge.Tool(TOOL, cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def player(self, **options):
        return adversary.Adversary(self.tool, self.renderers, self.folder, **options)

    def test_no_field_over_what_a_page_shows_passes(self):
        player = self.player()
        for seed in range(1, 7):
            player.play_contents(seed)
        self.assertEqual(player.findings, [])
        self.assertGreater(sum(player.verdicts.values()), 60)

    def test_nothing_that_passes_looks_different(self):
        player = self.player()
        for seed in range(1, 9):
            player.play_updates(seed, count=40)
        print(f"changes that were judged: {dict(player.verdicts)}; the long form is `make fuzz-changes`")
        self.assertEqual(player.findings, [])
        self.assertGreater(player.verdicts["TOTAL-PASSED"], 20)
        self.assertGreater(player.honest["TOTAL-PASSED"], 10)

    def test_a_tool_that_accepts_everything_is_found_out(self):
        """The same rounds, with every verdict taken for a good one."""
        player = self.player(accepts=lambda verdict: True)
        signed = self.tool.sign(documents.document(random.Random(1)))
        compositions = [([mutations.stream_replaced], 1), ([mutations.ghost_filled], 0), ([mutations.value_kept], 1)]
        player.play_updates_of(1, signed, compositions)
        self.assertEqual(len(player.findings), 3, player.findings)
        self.assertIn("value_kept", player.findings[2])
        player = self.player(accepts=lambda verdict: True)
        player.play_contents(1, pages=2)
        self.assertGreater(len(player.findings), 0)

    def test_a_field_on_free_paper_passes(self):
        """The twin: the same file with the field where nothing is shown."""
        signed = self.tool.sign(contents.document([[b"20 20 40 10 re f", b"BT /F 12 Tf 20 60 Td (honest) Tj ET"]]))
        free, over = contents.with_field(signed, 10, (120, 100, 160, 130)), contents.with_field(signed, 10, (30, 22, 33, 25))
        verdicts = [verdict for verdict, _ in self.player().judged([free, over])]
        self.assertEqual(verdicts, ["TOTAL-PASSED", "TOTAL-FAILED"])

    def test_steps_that_are_not_needed_are_left_out(self):
        player = self.player(accepts=lambda verdict: True)
        self.assertEqual(player.smaller([b"0 g", b"20 20 90 90 re f", b"1 w"], "poppler"), [b"20 20 90 90 re f"])

    def test_pictures_differ_where_they_differ(self):
        white = judge.Picture(4, 1, bytes([255] * 12))
        dark = judge.Picture(4, 1, bytes([255] * 9 + [0] * 3))
        self.assertEqual((white.differences(white), white.differences(dark)), (0, 1))
        self.assertEqual(white.differences(dark, [(3, 0, 4, 1)]), 0)
        self.assertTrue(white.is_even(0, 0, 4, 1))
        self.assertFalse(dark.is_even(0, 0, 4, 1))


if __name__ == "__main__":
    unittest.main()
