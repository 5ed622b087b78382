# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""`Scripts/count-tests`, on which the verdict of `make test` rests."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSED = '<testcase classname="c" name="p" time="0"/>'
FAILED = '<testcase classname="c" name="f" time="0"><failure message="m"/></testcase>'
SKIPPED = '<testcase classname="c" name="s" time="0"><skipped/></testcase>'


class CountTests(unittest.TestCase):
    def count(self, *texts, options=()):
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for index, text in enumerate(texts):
                name = pathlib.Path(folder, f"{index}.xml")
                if text is not None:
                    name.write_text(text)
                names.append(str(name))
            answer = subprocess.run(
                [sys.executable, ROOT / "Scripts/count-tests", *options, *names], capture_output=True, text=True)
            return answer.stdout.strip(), answer.returncode

    def suite(self, *cases):
        return f'<?xml version="1.0"?><testsuites><testsuite name="t">{"".join(cases)}</testsuite></testsuites>'

    def test_passes_are_added_up_over_files(self):
        self.assertEqual(self.count(self.suite(PASSED, PASSED), self.suite(PASSED)), ("3 passed, 0 failed", 0))

    def test_a_failure_is_counted_and_told_by_the_exit_code(self):
        self.assertEqual(self.count(self.suite(PASSED, FAILED)), ("1 passed, 1 failed", 1))

    def test_skips_are_named_only_when_there_are_any(self):
        self.assertEqual(self.count(self.suite(PASSED, SKIPPED)), ("1 passed, 0 failed, 1 skipped", 0))

    def test_a_missing_file_is_a_failure(self):
        self.assertEqual(self.count(self.suite(PASSED), None), ("1 passed, 1 failed", 1))

    def test_a_file_cut_short_is_a_failure(self):
        self.assertEqual(self.count(self.suite(PASSED)[:-12]), ("0 passed, 1 failed", 1))

    def test_a_file_without_tests_is_a_failure(self):
        self.assertEqual(self.count(self.suite()), ("0 passed, 1 failed", 1))

    def test_no_file_at_all_is_not_a_success(self):
        self.assertEqual(self.count(), ("0 passed, 0 failed", 1))

    def test_failures_from_elsewhere_are_added(self):
        self.assertEqual(self.count(self.suite(PASSED), options=["--failed", "2"]), ("1 passed, 2 failed", 1))


if __name__ == "__main__":
    unittest.main()
