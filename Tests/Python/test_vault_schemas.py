# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""What the commands of `dossier vault` print with --json, against docs/schemas/vault-results-v1, and that schema against
seeded faults."""

import copy
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("DOSSIER", ROOT / ".build/debug/dossier"))
SCHEMA = json.loads((ROOT / "docs/schemas/vault-results-v1.schema.json").read_text("utf-8"))


def validator(name):
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


@unittest.skipUnless(TOOL.exists(), "the tool is not built")
class VaultResults(unittest.TestCase):
    def test_every_result_follows_its_schema_and_a_changed_one_does_not(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        with tempfile.TemporaryDirectory() as name:
            results = self.results(pathlib.Path(name))
        seen = {name for name, _ in results}
        self.assertEqual(seen, set(SCHEMA["$defs"]) - {"vaultID", "id", "digest", "instant", "endsBefore"})
        faults = 0
        for name, result in results:
            self.assertEqual([e.message for e in validator(name).iter_errors(result)], [], name)
            for member in result:
                for change in ("missing", "wrong", "added"):
                    changed = copy.deepcopy(result)
                    if change == "missing":
                        del changed[member]
                    elif change == "wrong":
                        changed[member] = -1.5
                    else:
                        changed["another"] = 1
                    faults += 1
                    self.assertFalse(validator(name).is_valid(changed), f"{name}: {member} {change}")
        print(f"schemas: {len(results)} results of {len(seen)} commands, {faults} seeded faults refused")

    def test_originals_of_a_damaged_vault_follow_the_schema(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            base, document = self.vault(folder)
            content = max((path for path in folder.glob("store/contents/**/*") if path.is_file()), key=lambda p: p.stat().st_size)
            content.write_bytes(content.read_bytes()[:-1])
            result = self.run_tool(folder, "export", *base, "--originals", "--skip-damaged", "--output", "zip", status=74)
        self.assertEqual([item["id"] for item in result["damaged"]], [document])
        self.assertEqual([e.message for e in validator("export").iter_errors(result)], [])
        for wrong in ([], [{}], [{**result["damaged"][0], "error": "lost"}]):
            self.assertFalse(validator("export").is_valid({**result, "damaged": wrong}))

    def run_tool(self, folder, *command, status=0):
        outcome = subprocess.run([str(TOOL), "vault", *map(str, command)], capture_output=True, cwd=folder, check=False)
        self.assertEqual(outcome.returncode, status, outcome.stderr.decode())
        return json.loads(outcome.stdout)

    def vault(self, folder):
        """A vault with one document of 80 kB: the options that open it, and the document."""
        (folder / "passphrase").write_text("mật khẩu thử nghiệm\n", "utf-8")
        (folder / "file").write_bytes(bytes(range(200)) * 400)
        made = self.run_tool(folder, "create", "--json", "--store", "sqlite:store", "--passphrase-file", "passphrase",
                             "--recovery-code-file", "code")
        base = ["--json", "--store", "sqlite:store", "--vault", made["vault"], "--recovery-code-file", "code"]
        return base, self.run_tool(folder, "add", *base, "--type", "other", "file")["id"]

    def results(self, folder):
        def run(*command):
            return self.run_tool(folder, *command)

        (folder / "passphrase").write_text("mật khẩu thử nghiệm\n", "utf-8")
        (folder / "file").write_bytes(bytes(range(200)) * 400)
        made = run("create", "--json", "--store", "sqlite:store", "--passphrase-file", "passphrase",
                   "--recovery-code-file", "code")
        base = ["--json", "--store", "sqlite:store", "--vault", made["vault"], "--recovery-code-file", "code"]
        document = run("add", *base, "--type", "other", "file")["id"]
        results = [
            ("vault", made), ("unlock-check", run("unlock-check", *base)), ("slots", run("slots", "list", *base)),
            ("get", run("get", *base, "--output", "out", document)), ("vault", run("rotate", *base)),
            ("hold", run("hold", *base, "--ground", "QĐ 1", "--decided-by", "Tòa án thử nghiệm", document)),
            ("hold", run("hold", *base, "--lift", document)),
            ("ticket", run("ticket", *base, "--dossier", "H29.1-0001", "--output", "ticket")),
            ("deposit", run("deposit", "--json", "--store", "sqlite:store", "--ticket", "ticket", "--depositor",
                            "UBND phường Thử Nghiệm", "file")),
            ("leaks", run("leaks", *base)), ("inbox", run("inbox", *base)),
            ("export", run("export", *base, "--output", "backup", "--code-file", "backup-code")),
            ("vault", run("import", "--json", "--store", "sqlite:second", "--vault", made["vault"], "--code-file",
                          "backup-code", "backup")),
            ("erase", run("erase", *base, "--reason", "yêu cầu", "--remaining", "băng sao lưu=2027-01-01", document)),
        ]
        stray = next((folder / "store/contents").glob("*")) / ("0" * 32)
        stray.write_bytes(b"x")
        results.append(("sweep", run("sweep", *base)))
        return results


if __name__ == "__main__":
    unittest.main()
