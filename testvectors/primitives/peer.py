#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The peer of the primitive tests: PyPI cryptography >= 50 seals, opens and derives what a request says.

Standard input: a JSON array of requests, binary values in hexadecimal. Standard output: the answers in the same order,
each a hexadecimal text, or null where the peer refuses.
"""
import json
import sys

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def answer(request):
    value = {name: bytes.fromhex(text) for name, text in request.items() if isinstance(text, str) and name != "do"}
    match request["do"]:
        case "cobblestone-seal":
            sealer = Cobblestone256Encryptor(value["key"], value["context"])
            return sealer.update(value["data"]) + sealer.finalize()
        case "cobblestone-open":
            opener = Cobblestone256Decryptor(value["key"], value["context"])
            return opener.update(value["data"]) + opener.finalize()
        case "hpke-seal":
            return SUITE.encrypt(value["data"], X25519PublicKey.from_public_bytes(value["key"]), value["info"])
        case "hpke-open":
            return SUITE.decrypt(value["data"], X25519PrivateKey.from_private_bytes(value["key"]), value["info"])
        case "argon2id":
            derivation = Argon2id(
                salt=value["salt"], length=request["length"], iterations=request["passes"], lanes=1,
                memory_cost=request["memory"])
            return derivation.derive(value["password"])
    raise SystemExit("unknown request " + request["do"])


def main():
    answers = []
    for request in json.load(sys.stdin):
        try:
            answers.append(answer(request).hex())
        except (InvalidTag, ValueError):
            answers.append(None)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
