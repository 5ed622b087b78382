# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Every check that the mutation run switches off stands where its table says: a run that cannot switch one off shows nothing.

    .build/peers/bin/python -m unittest discover -s Tests/Python -p 'test_mutation_table.py'
"""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class MutationTable(unittest.TestCase):
    def test_every_check_is_found_once(self):
        outcome = subprocess.run(
            [sys.executable, "-B", ROOT / "Scripts/mutate-vault", "--check"], capture_output=True, text=True)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)


if __name__ == "__main__":
    unittest.main()
