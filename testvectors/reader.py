#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""An independent reader of vaults, written from docs/formats/vault-v1.md alone, over PyPI cryptography >= 50.

reader.py STORE [VAULT] (--passphrase-file FILE | --recovery-file FILE) [--export FOLDER]
Opens a vault in a SQLite store, checks everything that section 7 asks for, prints what it holds as JSON and, on demand,
writes the documents to a folder. Exit status 1: the first thing that does not hold stands on standard error."""
import argparse
import hashlib
import json
import pathlib
import sqlite3
import sys
import unicodedata

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

PREFIX = b"dossierkit/vault/1/"
DECLARED = ("active", "revoked", "withdrawn")
TAGS = {"i": 0x02, "o": 0x04, "e": 0x0A, "s": 0x0C, "q": 0x30, "g": 0xA0, "p": 0x80}


def sha256(octets):
    return hashlib.sha256(octets).digest()


class Damaged(Exception):
    """Something does not hold."""


def check(holds, what):
    if not holds:
        raise Damaged(what)


def pad(length, least):
    exponent = length.bit_length() - 1
    bits = max(exponent - exponent.bit_length(), 0)
    return least if length <= least else (length + (1 << bits) - 1) >> bits << bits


def element(octets, start):
    """Tag, content, end of the DER element at a place."""
    check(len(octets) - start >= 2, "DER: cut")
    length, body = octets[start + 1], start + 2
    if length >= 0x80:
        count = length & 0x7F
        check(1 <= count <= 7 and len(octets) - body >= count, "DER: length")
        length, body = int.from_bytes(octets[body:body + count], "big"), body + count
        check(length >= 0x80 and length >> (8 * (count - 1)), "DER: length not in the fewest octets")
    check(length <= len(octets) - body, "DER: cut")
    return octets[start], octets[body:body + length], body + length


def elements(octets):
    place = 0
    while place < len(octets):
        start = place
        tag, content, place = element(octets, start)
        yield tag, content, octets[start:place]


def whole(octets):
    """The content of the one SEQUENCE that fills the octets."""
    tag, content, end = element(octets, 0)
    check(tag == 0x30 and end == len(octets), "DER: not one SEQUENCE")
    return content


def members(octets, form):
    """The members of a SEQUENCE's content: i INTEGER, e ENUMERATED, s UTF8String, o OCTET STRING (a number: of so many
    octets), q SEQUENCE (its content), r SEQUENCE (as it stands), g [0] SEQUENCE, p [0] OCTET STRING; ? optional."""
    found, values = list(elements(octets)), []
    for item in form.split():
        kind, size, optional = item[0], item[1:].rstrip("?"), item.endswith("?")
        if optional and not (found and found[0][0] == TAGS[kind]):
            values.append(None)
            continue
        check(found, "DER: a member is missing")
        tag, content, raw = found.pop(0)
        check(tag == TAGS.get(kind, 0x30), f"DER: tag {tag:#x}")
        check(not size or len(content) == int(size), f"DER: {len(content)} octets")
        if kind in "ie":
            value = int.from_bytes(content, "big", signed=True)
            fewest = (value + (value < 0)).bit_length() // 8 + 1
            check(len(content) == fewest <= 8, "DER: INTEGER not in the fewest octets")
            values.append(value)
        else:
            values.append(content.decode("utf-8") if kind == "s" else raw if kind == "r" else content)
    check(not found, "DER: more members than expected")
    return values


def unseal(key, label, fields, sealed):
    opener = Cobblestone256Decryptor(key, PREFIX + label + b"\0" + fields)
    return opener.update(sealed) + opener.finalize()


def recovery_code(text):
    text, alphabet = text.upper().translate(str.maketrans("OIL", "011", " -\r\n\t")), "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    check(len(text) == 56 and set(text) <= set(alphabet), "mistyped recovery code")
    octets = sum(alphabet.index(letter) << 5 * place for place, letter in enumerate(reversed(text))).to_bytes(35, "big")
    check(sha256(PREFIX + b"recovery-code\0" + octets[:32])[:3] == octets[32:], "mistyped recovery code")
    return octets[:32]


class Store:
    """Section 9: only here is anything of SQLite."""

    def __init__(self, path, vault=None):
        self.path = pathlib.Path(path)
        manifest = json.loads((self.path / "manifest.json").read_text())
        check((manifest["format"], manifest["version"]) == ("dossier-vault-store", 1), "not a store of version 1")
        files = sorted(self.path.glob("shard-*.sqlite")) if vault is None else []
        found = [row[0] for file in files for row in self.connect(file).execute("SELECT id FROM vault")] or [vault]
        check(len(found) == 1 and found[0], f"{len(found)} vaults: name one")
        self.vault = found[0]
        shard = int.from_bytes(self.vault[:4], "big") % manifest["shards"]
        self.db = self.connect(self.path / f"shard-{shard:02x}.sqlite")
        rows = self.db.execute("SELECT no, sequence, hash FROM vault WHERE id = ?", (self.vault,)).fetchall()
        check(len(rows) == 1, "no such vault")
        self.number, self.head = rows[0][0], rows[0][1:]
        self.slots = [row[0] for row in self.db.execute("SELECT record FROM slot WHERE vault = ?", rows[0][:1])]
        self.entries = self.db.execute(
            "SELECT place - (vault << 32), entry, payload FROM entry WHERE vault = ? ORDER BY place", rows[0][:1])

    @staticmethod
    def connect(file):
        return sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def one(self, table, column, named, value, otherwise=None):
        query = f"SELECT {column} FROM {table} WHERE vault = ? AND {named} = ?"
        found = (self.db.execute(query, (self.number, value)).fetchone() or (otherwise,))[0]
        check(found is not None, f"{table} {value.hex()}: missing")
        return found

    def content(self, content):
        file = self.path / "contents" / self.vault.hex() / content.hex()
        return self.one("content", "sealed", "id", content, file.read_bytes() if file.is_file() else None)


class Vault:
    """Sections 2 to 7."""

    def __init__(self, store, passphrase=None, code=None):
        self.store, self.id = store, store.vault
        self.documents, self.hashes, self.digests, self.operations = {}, [], [], set()
        epoch, slot, secret = self.unlock(passphrase, code)
        self.secrets = {epoch: secret[:32]}
        for number, (sequence, entry, payload) in enumerate(store.entries):
            try:
                check(sequence == number, "the number is another")
                self.entry(number, entry, payload)
            except (Damaged, InvalidTag, InvalidSignature, UnicodeDecodeError) as error:
                raise Damaged(f"entry {number}: {error or type(error).__name__}") from error
        check(self.hashes and store.head == (len(self.hashes) - 1, self.hashes[-1]), "the head is not the last entry")
        check(sorted(map(sha256, store.slots)) == sorted(self.digests), "slots missing or not announced")
        check(sha256(slot) in self.digests, "the slot that opened was not announced")
        owner = Ed25519PrivateKey.from_private_bytes(secret[32:64]).public_key()
        check(owner.public_bytes_raw() == self.owner_key, "the slot holds another owner key")

    def unlock(self, passphrase, code):
        for octets in self.store.slots:
            header, sealed = members(whole(octets), "r o")
            version, vault, _, kind, epoch, parameters = members(whole(header), "i o32 o16 i i q")
            check(version == 1 and vault == self.id, "slot: version or vault")
            if (passphrase, code)[kind - 1:kind] in ((), (None,)):
                continue
            key = code
            if kind == 1:
                memory, passes, salt = members(parameters, "i i o16")
                check(65536 <= memory <= 1048576 and 3 <= passes <= 10 and memory * passes <= 4194304, "slot: cost")
                key = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory).derive(
                    unicodedata.normalize("NFC", passphrase).encode())
            try:
                return epoch, octets, unseal(key, b"slot", header, sealed)
            except InvalidTag:
                pass
        raise Damaged("wrong passphrase or recovery code")

    def entry(self, number, octets, payload):
        body, signature = members(whole(octets), "r o64")
        form = "i i o32 o16 o16 q o32 g?"
        version, sequence, previous, operation, writer, listed, digest, genesis = members(whole(body), form)
        check((version, sequence, genesis is None) == (1, number, number > 0), "version, sequence or genesis")
        check(previous == (self.hashes[-1] if number else bytes(32)), "it does not follow the entry before")
        contents = [content for _, content, _ in elements(listed)]
        check(contents == sorted(set(contents)), "content ids")
        check(payload is not None and digest == sha256(payload), "payload missing or changed")
        if genesis is not None:
            self.nonce, self.owner_key, self.vault_key = members(genesis, "o32 o32 o32")
            check(sha256(octets) == self.id, "not the genesis of this vault")
        check(writer == bytes(16), "enrolled writers are of a newer version")
        Ed25519PublicKey.from_public_bytes(self.owner_key).verify(signature, PREFIX + b"entry\0" + body)
        check(operation not in self.operations, "the operation occurs twice")
        self.operations.add(operation)
        epoch, sealed = members(whole(payload), "i o")
        check(epoch in self.secrets, "an epoch of a newer version")
        fields = (self.id if number else bytes(32)) + operation + epoch.to_bytes(4, "big")
        plain = unseal(self.secrets[epoch], b"payload", fields, sealed)
        _, content, end = element(plain, 0)
        check(plain[0] == 0x30 and len(plain) == pad(end, 512) and not any(plain[end:]), "padding of the payload")
        kind, seconds, nanoseconds, event = members(content, "i i i q")
        check(kind == min(number + 1, 3) or number > 1 and kind == 4, f"kind {kind}: out of place or newer version")
        check((kind == 3 or not contents) and 0 <= nanoseconds < 10**9, "contents or time")
        check(-62135596800 <= seconds <= 253402300799, "a time outside the years 1 to 9999")
        if kind == 1:
            self.name, owner_kind, sealed = members(event, "s e o")
            private = X25519PrivateKey.from_private_bytes(unseal(self.secrets[1], b"vault-key", self.nonce, sealed))
            public = private.public_key().public_bytes_raw()
            check(owner_kind in (0, 1) and public == self.vault_key, "kind of owner or the vault's key pair")
        elif kind == 2:
            announced, slots = members(event, "i q")
            slots = [members(slot, "o16 i o32 p?") for _, slot, _ in elements(slots)]
            check(announced == 1 and slots and slots == sorted(slots, key=lambda slot: slot[0]), "epoch or slots")
            self.digests = [slot[2] for slot in slots]
        elif kind == 3:
            self.version(event, contents, seconds)
        else:
            document, status, _ = members(event, "o16 e s")
            check(document in self.documents and 0 <= status < len(DECLARED), "status")
            self.documents[document]["declared"] = DECLARED[status]
        self.hashes.append(sha256(octets))

    def version(self, event, contents, seconds):
        names = ("document", "id", "content", "size", "padded", "digest", "commitment", "previous", "metadata",
                 "provenance", "fields")
        record = dict(zip(names, members(event, "o16 o16 o16 i i o32 o32 p16? q q q")), stored=seconds)
        for part in ("metadata", "provenance"):
            schema, listed = members(record[part], "i q")
            pairs = [members(member, "s q") for _, member, _ in elements(listed)]
            keys = [name.encode() for name, _ in pairs]
            check(schema == 1 and keys == sorted(set(keys)), "members out of order or of a newer version")
            record[part] = {name: [text.decode("utf-8") for _, text, _ in elements(texts)] for name, texts in pairs}
        record["fields"] = [members(field, "s s s s") for _, field, _ in elements(record["fields"])]
        check(contents == [record["content"]] and record["padded"] == pad(record["size"], 1024), "content or size")
        versions = self.documents.setdefault(record["document"], {"versions": [], "declared": "active"})["versions"]
        check(record["previous"] == (versions[-1]["id"] if versions else None), "it does not follow the newest version")
        versions.append(record)

    def read(self, version):
        where, ids = f"content {version['content'].hex()}", self.id + version["document"] + version["id"]
        record = self.store.one("key_record", "record", "version", version["id"])
        number, document, name, epoch, sealed_key = members(whole(record), "i o16 o16 i o")
        check((number, document, name) == (1, version["document"], version["id"]), "key record of another version")
        try:
            key = unseal(self.secrets[epoch], b"version-key", ids + epoch.to_bytes(4, "big"), sealed_key)
            sealed = self.store.content(version["content"])
            check(sealed[24:56] == version["commitment"], f"{where}: commitment")
            plain = unseal(key, b"content", ids, sealed)
        except (InvalidTag, KeyError) as error:
            raise Damaged(f"{where}: changed") from error
        document = plain[:version["size"]]
        check(len(plain) == version["padded"] and not any(plain[len(document):]), f"{where}: padding")
        check(sha256(document) == version["digest"], f"{where}: digest")
        return document

    def listing(self):
        active = [(name, document) for name, document in self.documents.items() if document["declared"] == "active"]
        replaced = {target for name, document in active
                    for target in document["versions"][-1]["metadata"].get("supersedes", []) if name.hex() != target}
        for name, document in self.documents.items():
            newest, state = document["versions"][-1], document["declared"]
            yield document["versions"], {
                "id": name.hex(), "version": newest["id"].hex(), "versions": len(document["versions"]),
                "size": newest["size"], "sha256": newest["digest"].hex(), "stored": newest["stored"],
                "metadata": newest["metadata"], "provenance": newest["provenance"], "fields": newest["fields"],
                "status": "superseded" if state == "active" and name.hex() in replaced else state}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("vault", nargs="?", type=bytes.fromhex)
    for option in ("--passphrase-file", "--recovery-file", "--export"):
        parser.add_argument(option, type=pathlib.Path)
    arguments = parser.parse_args()
    passphrase = arguments.passphrase_file and arguments.passphrase_file.read_text("utf-8").rstrip("\r\n")
    code = arguments.recovery_file and recovery_code(arguments.recovery_file.read_text("ascii"))
    vault, documents = Vault(Store(arguments.store, arguments.vault), passphrase, code), []
    for versions, description in vault.listing():
        octets = [vault.read(version) for version in versions]
        documents.append(description)
        if arguments.export:
            arguments.export.mkdir(parents=True, exist_ok=True)
            (arguments.export / description["id"]).write_bytes(octets[-1])
    head = {"sequence": len(vault.hashes) - 1, "hash": vault.hashes[-1].hex()}
    json.dump({"vault": vault.id.hex(), "name": vault.name, "head": head, "documents": documents}, sys.stdout)


if __name__ == "__main__":
    try:
        main()
    except Damaged as error:
        sys.exit(f"reader: {error}")
