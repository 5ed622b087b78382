# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The servers of the kill tests, each a script that takes commands in lines and ends with its standard input."""
import os
import pathlib
import shutil
import subprocess
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parents[1]
# The key of Scripts/ceph-cluster and of the object store in memory.
KEYS = {"AWS_ACCESS_KEY_ID": "vaultkey", "AWS_SECRET_ACCESS_KEY": "vaultsecret"}


class Missing(Exception):
    """A server that is not installed, or that cannot start here."""


class Server:
    def __init__(self, *command):
        # Of its own group: who interrupts the test interrupts the test, which then ends its servers.
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, start_new_session=True)

    def line(self):
        return self.process.stdout.readline().strip()

    def command(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.line()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class PostgreSQL(Server):
    """One node of Scripts/postgresql-server; stores are schemas of its database."""

    def __init__(self, *settings):
        super().__init__(SCRIPTS / "postgresql-server", *settings)
        words = self.line().split(" ", 2)
        if words[0] != "ready":
            self.end()
            raise Missing(" ".join(words[1:]) or "PostgreSQL does not start")
        self.port, self.folder = int(words[1]), words[2]

    def url(self, schema, options="", host="localhost", port=None):
        return (f"postgres://dossier@{host}:{port or self.port}/dossier?sslrootcert={self.folder}/server.crt"
                f"&passwordenv=STORE_PASSWORD&durability=single-node&schema={schema}{options}")

    def sql(self, text):
        answer = self.command("sql a --d " + text)
        if not answer.startswith("ok"):
            raise RuntimeError(answer)
        return answer[3:]


class Ceph(Server):
    """Scripts/ceph-cluster: one monitor, three OSDs, gateways."""

    def __init__(self, gateways=2):
        if os.environ.get("DOSSIER_WITHOUT_CEPH"):
            raise Missing("DOSSIER_WITHOUT_CEPH is set")
        self.folder = tempfile.mkdtemp(prefix="dossier-ceph-")
        super().__init__(SCRIPTS / "ceph-cluster", self.folder + "/ceph", gateways)
        self.endpoints, lines = [], []
        for line in iter(self.line, "ready"):
            if not line and self.process.poll() is not None:
                break
            lines.append(line)
            if line.startswith("endpoint "):
                self.endpoints.append(line.split()[1])
        if len(self.endpoints) != gateways or self.process.poll() is not None:
            self.end()
            raise Missing("Ceph does not start: " + "; ".join(lines))

    def contents(self, prefix):
        return f"s3://vaults/{prefix}?endpoint={','.join(self.endpoints)}"

    def end(self):
        super().end()
        shutil.rmtree(self.folder, ignore_errors=True)
