# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The vault under kills, power cuts, damage and disks that refuse, through the built tool: short forms of `make crash`,
`Scripts/power-cuts` and `Scripts/tamper-database`, and what a person is told in both languages."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("DOSSIER", ROOT / ".build/debug/dossier"))


def script(*arguments, **environment):
    command = [sys.executable, "-B", *map(str, arguments)]
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
            env=dict(os.environ, DOSSIER=str(TOOL), **environment))
    except subprocess.TimeoutExpired as late:
        said = [(text or b"").decode("utf-8", "replace") for text in (late.stdout, late.stderr)]
        return subprocess.CompletedProcess(command, 124, said[0], said[1] + "\nnot done after 600 s")


@unittest.skipUnless(TOOL.exists(), "the tool is not built")
class Endurance(unittest.TestCase):
    def expect(self, outcome, reduced):
        print(outcome.stdout, outcome.stderr, f"reduced: {reduced}", sep="\n")
        self.assertEqual(outcome.returncode, 0, outcome.stdout + outcome.stderr)

    def test_nothing_acknowledged_is_lost_by_kills(self):
        self.expect(script("Scripts/crash", 24, 7), "24 kills of 1,000 (make crash)")

    def kills_on(self, store, rounds, reduced):
        outcome = script("Scripts/crash", rounds, 7, CRASH_STORE=store)
        if outcome.returncode == 69:
            print(outcome.stdout)
            self.skipTest(outcome.stdout)
        self.expect(outcome, reduced)

    def test_nothing_acknowledged_is_lost_by_kills_with_contents_in_ceph(self):
        self.kills_on("sqlite+objects", 6, "6 kills of 200 (make crash-objects)")

    def test_nothing_acknowledged_is_lost_by_kills_on_postgresql(self):
        self.kills_on("postgres", 10, "10 kills of 200 (make crash-postgres)")

    def test_nothing_acknowledged_is_lost_by_kills_on_postgresql_with_contents_in_ceph(self):
        self.kills_on("postgres+objects", 6, "6 kills of 100 (make crash-postgres)")

    def test_nothing_acknowledged_is_lost_by_power_cuts(self):
        self.expect(script("Scripts/power-cuts", 40, 7), "40 cuts of 1,000 (make crash)")

    def test_a_rotation_that_is_killed_goes_on(self):
        self.expect(script("Scripts/rotation-kills", 1200, 8, 7),
                    "1,200 documents, 8 kills of 100,000 and 100 (Scripts/rotation-kills)")

    def test_a_move_between_servers_that_is_killed_loses_nothing(self):
        outcome = script("Scripts/move-kills", 4, 7)
        if outcome.returncode == 69:
            print(outcome.stdout)
            self.skipTest(outcome.stdout)
        self.expect(outcome, "4 rounds of 200 (Scripts/move-kills)")

    def test_octets_of_the_database_and_a_pack_that_go_unnoticed_mean_nothing(self):
        self.expect(script("Scripts/tamper-database", 211), "one octet in 211 (Scripts/tamper-database)")


@unittest.skipUnless(TOOL.exists(), "the tool is not built")
class Refusals(unittest.TestCase):
    """Exit status and words in Vietnamese and English; afterwards everything is there."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.disk, self.code, self.mounted = self.folder / "disk", self.folder / "code", False
        self.disk.mkdir()

    def tearDown(self):
        self.unmount()
        self.temporary.cleanup()

    def mount(self, *arguments):
        if os.geteuid() != 0 or subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode != 0:
            print(f"skipped: {self._testMethodName}: nothing may be mounted here")
            self.skipTest("nothing may be mounted here")
        self.mounted = True

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], capture_output=True, check=False)
            self.mounted = False

    def make(self):
        passphrase = self.folder / "passphrase"
        passphrase.write_text("mật khẩu thử nghiệm\n")
        made = self.run_tool("create", "--passphrase-file", passphrase, "--recovery-code-file", self.code, vault=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.vault = json.loads(made.stdout)["vault"]
        self.documents = {self.add(size)["id"] for size in (10, 100_000)}

    def run_tool(self, *command, language="en", vault=True, **others):
        arguments = [TOOL, "vault", command[0], "--json", "--language", language, "--store", f"sqlite:{self.disk}/store"]
        if vault:
            arguments += ["--vault", self.vault]
            if "--passphrase-file" not in command:
                arguments += ["--recovery-code-file", self.code]
        return subprocess.run(
            [*map(str, arguments), *map(str, command[1:])], capture_output=True, text=True, check=False, **others)

    def add(self, size):
        path = self.folder / f"file-{size}"
        path.write_bytes(bytes(size))
        outcome = self.run_tool("add", "--type", "other", path)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return json.loads(outcome.stdout)

    def refused(self, statuses, *command, vi, en, **others):
        for language, words in (("vi", vi), ("en", en)):
            outcome = self.run_tool(*command, language=language, **others)
            self.assertIn(outcome.returncode, statuses, f"{command}: {outcome.stdout} {outcome.stderr}")
            self.assertIn(words, outcome.stderr + outcome.stdout, f"{command}")

    def intact(self):
        verified = self.run_tool("verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        listed = json.loads(self.run_tool("list").stdout)["documents"]
        self.assertLessEqual(self.documents, {row["id"] for row in listed})

    def some_file(self, size):
        path = self.folder / "more"
        path.write_bytes(bytes(size))
        return path

    def test_a_disk_that_may_only_be_read(self):
        self.make()
        self.mount("--bind", str(self.disk), str(self.disk))
        remounted = subprocess.run(["mount", "-o", "remount,ro,bind", str(self.disk)], capture_output=True, check=False)
        if remounted.returncode != 0:
            print("skipped: a read-only disk: it may not be remounted here")
            self.skipTest("no remounting")
        for size in (10, 100_000):
            self.refused({77}, "add", "--type", "other", self.some_file(size), vi="không có quyền", en="permi")
        self.unmount()
        self.intact()

    def test_a_store_that_is_somebody_elses(self):
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            reached = nobody and subprocess.run([TOOL, "--help"], capture_output=True, check=False, **nobody).returncode == 0
        except PermissionError:
            reached = False
        if not reached:
            print("skipped: somebody else's store: the tool cannot be run here as another user")
            self.skipTest("no other user")
        self.make()
        self.code.chmod(0o644)
        self.folder.chmod(0o755)
        store = self.disk / "store"
        for folder, mode in ((store, 0o700), (store, 0), (self.disk, 0)):
            before = folder.stat().st_mode
            folder.chmod(mode)
            self.refused({77}, "list", vi="không có quyền", en="permi", **nobody)
            folder.chmod(before)
        self.intact()

    def test_a_disk_that_is_full(self):
        self.mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(self.disk))
        self.make()
        for size in (300_000, 3_000):
            for _ in range(600):
                outcome = self.run_tool("add", "--type", "other", self.some_file(size))
                if outcome.returncode != 0:
                    break
                self.documents.add(json.loads(outcome.stdout)["id"])
            self.refused({74}, "add", "--type", "other", self.some_file(size), vi="hết chỗ", en="no room left")
        self.intact()

    def test_a_database_that_somebody_else_holds(self):
        self.make()
        shard = next(self.disk.glob("store/shard-*.sqlite"))
        other = sqlite3.connect(shard, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.refused({69}, "add", "--type", "other", self.some_file(10), vi="bận", en="busy")
        other.execute("ROLLBACK")
        other.close()
        self.intact()
        self.add(11)

    def test_versions_that_are_newer(self):
        self.make()
        manifest = self.disk / "store/manifest.json"
        text = manifest.read_text()
        manifest.write_text(text.replace('"version": 1', '"version": 2'))
        self.refused({65}, "list", vi="mới hơn", en="newer")
        manifest.write_text(text)
        shard = next(self.disk.glob("store/shard-*.sqlite"))
        for version in (2, 1):
            with sqlite3.connect(shard) as database:
                database.execute(f"PRAGMA user_version = {version}")
            database.close()
            if version == 2:
                self.refused({65}, "list", vi="mới hơn", en="newer")
        self.intact()

    def test_a_wrong_passphrase_and_files_that_are_missing(self):
        self.make()
        wrong = self.folder / "wrong"
        wrong.write_text("không phải\n")
        self.refused({77}, "list", "--passphrase-file", wrong, vi="không mở được kho", en="passphrase")
        store = self.disk / "store"
        content = next(store.glob("contents/*/*"))
        kept = self.folder / "kept"
        shutil.move(content, kept)
        self.refused({74}, "verify", vi="hư hỏng", en="damaged")
        shutil.move(kept, content)
        shard = next(store.glob("shard-*.sqlite"))
        shutil.move(shard, kept)
        self.refused({66}, "list", vi="không tìm thấy", en="there is no such")
        for left in store.glob(shard.name + "*"):
            left.unlink()
        shutil.move(kept, shard)
        self.intact()
        self.refused({66}, "get", "--output", self.folder / "out", "0" * 32, vi="không tìm thấy", en="there is no such")


if __name__ == "__main__":
    unittest.main()
