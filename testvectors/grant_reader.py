#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""An independent reader of grants and access logs, from docs/formats/grant-v1.md alone, over PyPI cryptography >= 50.

Standard input is a JSON object, octets in hexadecimal: `package` and `recipient` (the private keys of the recipient's
card: X25519, then Ed25519 seed), with `escrow` and `service` (the same of the release service's) or with `release` and
`request`; `contents` by content id; `log` with `key`, `checkpoint` and `entries`, and `anchored`, a checkpoint, if any.
Standard output says what opened. Exit status 1: what does not hold is on standard error."""
import hmac
import json
import sys

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reader import PREFIX as VAULT, Damaged, check, element, elements, members, pad, sha256, unseal, whole

GRANT, LOG = b"dossierkit/grant/1/", b"dossierkit/log/1/"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KINDS = ("granted", "released", "refused", "revoked", "unlocked", "unlock-failed")
def texts(octets):
    return [content.decode("utf-8") for _, content, _ in elements(octets)]
def signed(octets, label, key=None):  # the body's content; with a key, its signature is checked
    body, signature = members(whole(octets), "r o64")
    if key:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, label + b"\0" + body)
    return whole(body)
def split(octets, *tags):  # members of a SEQUENCE's content: those with a tag of their own by it, the rest in order
    found, rest = {}, []
    for tag, content, _ in elements(octets):
        if tag in tags:
            found[tag] = content
        else:
            rest.append(content)
    return found, rest

class Grant:  # sections 3 and 4
    def __init__(self, octets):
        self.octets, self.digest = octets, sha256(octets)
        parts, rest = split(signed(octets, GRANT + b"grant"), 0x80, 0xA1)
        version, self.id, card, recipient, *terms, items, _ = rest
        entry, entry_signature = members(whole(card), "r o64")
        _, owner, _ = members(members(whole(entry), "i i o32 o16 o16 q o32 g")[7], "o32 o32 o32")
        Ed25519PublicKey.from_public_bytes(owner).verify(entry_signature, VAULT + b"entry\0" + entry)
        self.vault, self.signer, self.mandate = sha256(card), owner, parts.get(0x80)
        check(version == b"\1" and len(terms) == 11, "grant: version or members")
        names = "procedure dossier purpose purposeVi purposeEn language textShown legalBasis".split()
        self.terms = {name: value.decode("utf-8") for name, value in zip(names, terms)}
        for name, value in zip(("notBefore", "notAfter", "uses"), terms[8:]):
            self.terms[name] = int.from_bytes(value, "big", signed=True)
        self.recipient = members(recipient, "o32 o32 s s")
        self.service = members(parts[0xA1], "o32 s o32") if 0xA1 in parts else None
        form = "o16 o16 o16 o32 o32 i s s s q p?"
        self.items = [[*row[:9], texts(row[9]), (row[10] or b"").decode("utf-8")]
                      for row in (members(item, form) for _, item, _ in elements(items))]
        if self.mandate:
            _, _, vault, self.signer, _, _, types, procedures, _, _ = members(
                signed(self.mandate, GRANT + b"mandate", owner), "i o16 o32 o32 s e q q i i")
            check(vault == self.vault, "mandate of another vault")
            check(self.terms["procedure"] in (texts(procedures) or [self.terms["procedure"]]), "mandate: procedure")
            check(not texts(types) or {item[6] for item in self.items} <= set(texts(types)), "mandate: types")
        signed(octets, GRANT + b"grant", self.signer)

def share(sealed, key, label, grant, more=b""):
    info = GRANT + label + b"\0" + grant.digest + more
    return SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(key[:32]), info)
def open_package(given):
    version, grant, sealed_share, sealed_items = members(whole(given["package"]), "i o o q")
    grant = Grant(grant)
    check(version == 1, "package: version")
    first, second = share(sealed_share, given["recipient"], b"recipient-share", grant), b""
    if "escrow" in given:
        _, kept, sealed = members(whole(given["escrow"]), "i o o")
        check(kept == grant.octets, "escrow of another grant")
        second = share(sealed, given["service"], b"service-share", grant)
    elif "release" in given:
        _, receipt, sealed = members(whole(given["release"]), "i o o")
        request = sha256(given["request"])
        form = "i e o32 o32 i o32 i i p?"
        _, kind, vault, named, _, _, _, _, answered = members(
            signed(receipt, GRANT + b"receipt", grant.service[2]), form)
        check((kind, vault, named, answered) == (1, grant.vault, grant.digest, request), "receipt of something else")
        second = share(sealed, given["recipient"], b"released-share", grant, request)
    key = HKDF(hashes.SHA256(), 32, grant.digest, GRANT + b"key").derive(first + second)
    opened = []
    for item, (_, sealed, _) in zip(grant.items, elements(sealed_items), strict=True):
        document, version, content, commitment, digest, size, kind, name, media_type, fields, number = item
        opener = Cobblestone256Decryptor(key, GRANT + b"item\0" + grant.digest + document + version)
        secret = opener.update(sealed) + opener.finalize()
        found = {"document": document.hex(), "version": version.hex(), "type": kind, "name": name, "number": number}
        if fields:
            found["fields"] = [members(field, "s s s") for _, field, _ in elements(whole(secret))]
            check({field[0] for field in found["fields"]} <= set(fields), "a field that was not granted")
        else:
            tag, version_key, end = element(secret, 0)
            check((tag, len(version_key), end) == (4, 32, len(secret)), "a version key")
            octets = given["contents"][content.hex()]
            check(octets[24:56] == commitment, "another content than was granted")
            plain = unseal(version_key, b"content", grant.vault + document + version, octets)
            check(len(plain) == pad(size, 1024) and not any(plain[size:]), "padding")
            check(sha256(plain[:size]) == digest, "another document than was granted")
            found["sha256"] = digest.hex()
        opened.append(found)
    return {"vault": grant.vault.hex(), "grant": grant.digest.hex(), "terms": grant.terms, "items": opened,
            "unattended": grant.service is None}

def root(leaves):  # RFC 9162 §2.1.1
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]) if leaves else sha256(b"")
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:]))
def read_log(log):  # sections 10 and 11
    _, vault, size, top, _ = members(signed(log["checkpoint"], LOG + b"checkpoint", log["key"]), "i o32 i o32 i")
    leaves, records = [], []
    for place, octets in enumerate(log["entries"]):
        version, leaf, opening = members(whole(octets), "i o g?")
        _, number, commitment, _ = members(whole(leaf), "i i o32 p?")
        check(version == 1 and number == place, "log: place")
        leaves.append(leaf)
        if opening is None:
            records.append(None)
            continue
        salt, record = members(opening, "o32 o")
        check(hmac.digest(salt, record, "sha256") == commitment, "log: another record than was logged")
        form = "i e i i s s o o s s s q s i"
        _, kind, *_, agency, official, _, grant, procedure, dossier, purpose, _, reason, count = members(
            whole(record), form)
        records.append({"kind": KINDS[kind], "agency": agency, "official": official, "grant": grant.hex(),
                        "procedure": procedure, "dossier": dossier, "purpose": purpose, "reason": reason,
                        "count": count})
    check(len(leaves) == size and root(leaves) == top, "log: the tree has another root")
    if "anchored" in log:
        _, other, before, known, _ = members(
            signed(log["anchored"], LOG + b"checkpoint", log["key"]), "i o32 i o32 i")
        check(other == vault and before <= size and root(leaves[:before]) == known, "log: rolled back or forked")
    return {"vault": vault.hex(), "size": size, "root": top.hex(), "records": records}

def octets(value):
    if isinstance(value, dict):
        return {name: octets(member) for name, member in value.items()}
    return [octets(member) for member in value] if isinstance(value, list) else bytes.fromhex(value)
def main():
    given, answer = octets(json.load(sys.stdin)), {}
    if "package" in given:
        answer["opened"] = open_package(given)
    if "log" in given:
        answer["log"] = read_log(given["log"])
    json.dump(answer, sys.stdout)
if __name__ == "__main__":
    try:
        main()
    except (Damaged, InvalidSignature, InvalidTag, ValueError) as error:
        sys.exit(f"grant reader: {error or type(error).__name__}")
