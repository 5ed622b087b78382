# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The independent evaluator against plans written by hand, and a few of its own rules."""

import pathlib
import unittest

from plans import citizens, evaluator

SHORT = {
    "satisfied": "s", "satisfiedByAlternative": "a", "expiresBeforeDecision": "x", "toBeCompleted": "f", "notRequired": "n",
    "missing": "m", "stale": "st", "expired": "ex", "revoked": "rv", "superseded": "sp", "wrongIssuer": "wi",
    "wrongSubject": "ws", "wrongForm": "wf", "signatureInvalid": "si", "unverified": "uv"}


def short(requirement):
    chosen = [item["choice"]["evidence"]["id"] for item in requirement["items"] if "choice" in item]
    return (
        SHORT[requirement["status"]] + (f"({'+'.join(chosen)})" if chosen else "")
        + ("?" if requirement["applies"] == "depends" else ""))


class Plans(unittest.TestCase):
    def test_plans_written_by_hand(self):
        text = (pathlib.Path(__file__).parent / "plans/by-hand.txt").read_text("utf-8")
        rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
        everybody = {c["id"]: c for c in citizens.by_hand()}
        procedures = {p["code"]: p for p in evaluator.PROCEDURES}
        self.assertEqual(len(rows), len(everybody) * len(procedures))
        for citizen, procedure, *expected in rows:
            with self.subTest(f"{citizen} {procedure}"):
                plan = evaluator.plan(everybody[citizen], procedures[procedure])
                self.assertEqual(short(plan["requirements"][0]), "f")
                self.assertEqual([short(r) for r in plan["requirements"][1:]], expected)

    def test_there_are_forty_citizens_and_every_status_occurs(self):
        everybody = citizens.all_citizens()
        self.assertEqual(len({c["id"] for c in everybody}), 40)
        seen = {r["status"] for c in everybody for p in evaluator.PROCEDURES for r in evaluator.plan(c, p)["requirements"]}
        self.assertEqual(seen, set(SHORT))

    def test_months_end_on_the_last_day(self):
        later = lambda text, months: str(evaluator.months_later(evaluator.day(text), months))
        self.assertEqual(later("2026-01-31", 1), "2026-02-28")
        self.assertEqual(later("2026-08-31", 6), "2027-02-28")


if __name__ == "__main__":
    unittest.main()
