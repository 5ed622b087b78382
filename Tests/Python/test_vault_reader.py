# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""testvectors/reader.py, which knows docs/formats/vault-v1.md and no code of ours, opens every golden vault; and of one with
packs it says what was changed."""

import hashlib
import importlib.util
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "testvectors/vaults"
PASSPHRASE = "kho mẫu phiên bản một"


@unittest.skipUnless(importlib.util.find_spec("cryptography"), "the Python peers are not installed")
class Reader(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "passphrase").write_text(PASSPHRASE, "utf-8")

    def tearDown(self):
        self.temporary.cleanup()

    def copy(self, name):
        # SQLite writes beside a database even to read it.
        shutil.rmtree(self.folder / "store", ignore_errors=True)
        return pathlib.Path(shutil.copytree(GOLDEN / name, self.folder / "store"))

    def read(self, store, *secret):
        secret = secret or ("--recovery-file", store / "recovery-code.txt")
        arguments = [ROOT / "testvectors/reader.py", store, *secret, "--export", self.folder / "out"]
        return subprocess.run([sys.executable, "-B", *map(str, arguments)], capture_output=True, text=True, check=False)

    def refused(self, store, words):
        outcome = self.read(store)
        self.assertEqual(outcome.returncode, 1, outcome.stdout)
        self.assertIn(words, outcome.stderr)

    def accepted(self, store):
        outcome = self.read(store)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)

    def test_every_golden_vault(self):
        names = sorted(path.name for path in GOLDEN.iterdir() if (path / "manifest.json").exists())
        self.assertGreaterEqual(len(names), 3)
        for name in names:
            with self.subTest(name):
                store = self.copy(name)
                outcome = self.read(store, "--passphrase-file", self.folder / "passphrase")
                self.assertEqual(outcome.returncode, 0, outcome.stderr)
                listing = json.loads(outcome.stdout)
                self.assertEqual(listing["head"]["hash"], (store / "anchor.txt").read_text().split()[-1])
                expected = store / "expected.json"
                if expected.exists():
                    rows = json.loads(expected.read_text())["documents"]
                    self.assertEqual([(row["sha256"][-1], row["sizes"][-1], len(row["sizes"]), row["status"]) for row in rows],
                                     [(row["sha256"], row["size"], row["versions"], row["status"])
                                      for row in listing["documents"]])
                for row in listing["documents"]:
                    octets = (self.folder / "out" / row["id"]).read_bytes()
                    self.assertEqual(hashlib.sha256(octets).hexdigest(), row["sha256"])
                self.assertEqual(json.loads(self.read(store).stdout), listing)

    def test_what_was_changed_in_a_pack_is_found(self):
        names = {path.parents[2].name for path in GOLDEN.glob("*/contents/*/*.pack")}
        self.assertTrue(names)
        for name in names:
            store = self.copy(name)
            shard = next(store.glob("shard-*.sqlite"))
            database = sqlite3.connect(shard)
            rows = list(database.execute(
                "SELECT packed.id, pack.name, place, size FROM packed JOIN pack ON pack.no = packed.pack ORDER BY place"))
            vault, = database.execute("SELECT id FROM vault").fetchone()
            packs = {row[1]: store / "contents" / vault.hex() / f"{row[1].hex()}.pack" for row in rows}
            self.assertGreaterEqual(len(packs), 2)
            self.assertEqual(set(packs.values()), set(store.glob("contents/*/*.pack")))
            gaps = {name: self.gaps(path.read_bytes(), [row[2:] for row in rows if row[1] == name])
                    for name, path in packs.items()}
            self.assertTrue(any(gaps.values()), "something was erased from one")
            for content, pack, place, size in rows[:3] + rows[-1:]:
                octets = packs[pack].read_bytes()
                for at in (place, place + 30, place + 56, place + size - 1):
                    changed = bytearray(octets)
                    changed[at] ^= 1
                    packs[pack].write_bytes(changed)
                    self.refused(store, f"content {content.hex()}")
                packs[pack].write_bytes(octets)
            # Its twin: nobody asks what lies where an erased document lay.
            pack, (start, _) = next((pack, found[0]) for pack, found in gaps.items() if found)
            octets = bytearray(packs[pack].read_bytes())
            octets[start] ^= 1
            packs[pack].write_bytes(octets)
            self.accepted(store)
            content, pack, place, size = rows[-1]
            for column, value in (("place", place + 1), ("size", size - 1), ("size", size + 1)):
                database.execute(f"UPDATE packed SET {column} = ? WHERE id = ?", (value, content))
                database.commit()
                self.refused(store, f"content {content.hex()}")
                database.execute("UPDATE packed SET place = ?, size = ? WHERE id = ?", (place, size, content))
                database.commit()
            octets = packs[pack].read_bytes()
            packs[pack].write_bytes(octets[:place + size - 1])
            self.refused(store, f"content {content.hex()}")
            packs[pack].unlink()
            self.refused(store, ": commitment")
            packs[pack].write_bytes(octets)
            self.accepted(store)
            database.close()

    @staticmethod
    def gaps(octets, ranges):
        """Where no content lies; there must be zeros."""
        found, end = [], 0
        for start, stop in [*sorted((place, place + size) for place, size in ranges), (len(octets), len(octets))]:
            assert start >= end and not any(octets[end:start])
            if start > end:
                found.append((end, start))
            end = stop
        return found


if __name__ == "__main__":
    unittest.main()
