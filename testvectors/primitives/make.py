#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Makes the vectors in this folder: make.py [CFRG-HPKE-test-vectors.json]

Cobblestone-256 and Argon2id come from PyPI cryptography >= 50. The HPKE vector is the one of the CFRG's own file
(RFC 9180; in PyPI cryptography-vectors as HPKE/test-vectors.json) whose suite and mode the vault uses; without the file
that vector is left as it is. Plaintexts longer than 64 octets are given as a length and made by the rule of plaintext().
"""
import hashlib
import json
import pathlib
import sys

from peer import answer

HERE = pathlib.Path(__file__).parent


def plaintext(length):
    """Octet i is the low octet of i + (i >> 8)."""
    return bytes((i + (i >> 8)) & 0xFF for i in range(length))


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


def cobblestone():
    vectors = []
    for length in (0, 1, 16, 1023, 1024, 16383, 16384, 16385, 32767, 32768, 40000):
        key = hashlib.sha256(b"key %d" % length).digest()
        context = b"" if length == 0 else b"context %d" % length
        sealed = answer({"do": "cobblestone-seal", "key": key.hex(), "context": context.hex(),
                         "data": plaintext(length).hex()})
        vector = {"key": key.hex(), "context": context.hex(), "length": length}
        # The salt is random: a long message is kept as its header and the digest of the whole.
        vector |= {"header": sealed[:56].hex(), "sha256": hashlib.sha256(sealed).hexdigest()}
        if length <= 1024:
            vector["sealed"] = sealed.hex()
        vectors.append(vector)
    write("cobblestone256.json", vectors)


def argon2id():
    vectors = []
    for memory, passes, password in (
        (65536, 3, "password"), (65536, 3, ""), (65536, 4, "m\u1eadt kh\u1ea9u th\u1eed nghi\u1ec7m"),
        (131072, 4, "password"), (65537, 3, "password"), (262144, 3, "x" * 100),
    ):
        salt = hashlib.sha256(f"{memory} {passes}".encode()).digest()[:16]
        request = {"do": "argon2id", "password": password.encode().hex(), "salt": salt.hex(), "length": 32,
                   "memory": memory, "passes": passes}
        key = answer(request)
        del request["do"]
        vectors.append(request | {"key": key.hex()})
    write("argon2id.json", vectors)


def hpke(path):
    for vector in json.loads(pathlib.Path(path).read_text()):
        if (vector["mode"], vector["kem_id"], vector["kdf_id"], vector["aead_id"]) == (0, 0x20, 1, 2):
            first = vector["encryptions"][0]
            write("hpke.json", [{name: vector[name] for name in ("info", "skRm", "pkRm", "skEm", "enc")}
                                | {name: first[name] for name in ("aad", "pt", "ct")}])


if __name__ == "__main__":
    cobblestone()
    argon2id()
    if len(sys.argv) > 1:
        hpke(sys.argv[1])
