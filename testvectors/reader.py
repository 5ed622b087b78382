#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""An independent reader of vaults, written from docs/formats/vault-v1.md alone, over PyPI cryptography >= 50.
reader.py STORE [VAULT] (--passphrase-file FILE | --recovery-file FILE) [--export FOLDER]
Opens a vault in a SQLite store or in an export, checks what section 7 asks for (snapshots are left aside), prints what
it holds as JSON and, on demand, writes the documents to a folder. Exit status 1: what does not hold is on stderr."""
import argparse
import contextlib
import hashlib
import hmac
import json
import pathlib
import sqlite3
import sys
import unicodedata

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PREFIX, ENTRY = b"dossierkit/vault/1/", "i i o32 o16 o16 q o32 g?"
DECLARED, SHOWN = ("active", "revoked", "withdrawn"), ("size", "stored", "metadata", "provenance", "fields")
TAGS = {"i": 0x02, "o": 0x04, "e": 0x0A, "s": 0x0C, "q": 0x30, "n": 0x30, "g": 0xA0, "p": 0x80, "l": 0x81, "w": 0x82}
Damaged = type("Damaged", (Exception,), {"__doc__": "Something does not hold."})
sha256 = lambda octets: hashlib.sha256(octets).digest()  # noqa: E731
def check(holds, what):
    if not holds:
        raise Damaged(what)
def pad(length, least):
    bits = max(length.bit_length() - 1 - (length.bit_length() - 1).bit_length(), 0)
    return least if length <= least else (length + (1 << bits) - 1) >> bits << bits
def element(octets, start):  # tag, content, end of the DER element at a place
    check(len(octets) - start >= 2, "DER: cut")
    length, body = octets[start + 1], start + 2
    if length >= 0x80:
        body += length & 0x7F
        length = int.from_bytes(octets[start + 2:body], "big")
        check(length >= 0x80 and octets[start + 2], "DER: length not in the fewest octets")
    check(body + length <= len(octets), "DER: cut")
    return octets[start], octets[body:body + length], body + length
def elements(octets):
    place = 0
    while place < len(octets):
        tag, content, end = element(octets, place)
        yield tag, content, octets[place:end]
        place = end
def whole(octets):  # the content of the one SEQUENCE that fills the octets
    check(octets[:1] == b"\x30" and element(octets, 0)[2] == len(octets), "DER: not one SEQUENCE")
    return element(octets, 0)[1]
def members(octets, form):
    """The members of a SEQUENCE's content: i INTEGER, e ENUMERATED, s UTF8String, o OCTET STRING (a number: how many),
    q and g [0] SEQUENCE (content), r SEQUENCE (all), n SEQUENCE OF INTEGER, p l w octets [0] [1] [2]; ? optional."""
    found, values = list(elements(octets)), []
    for item in form.split():
        kind, size, optional = item[0], item[1:].rstrip("?"), item.endswith("?")
        if optional and not (found and found[0][0] == TAGS[kind]):
            values.append(None)
            continue
        check(found and found[0][0] == TAGS.get(kind, 0x30), f"DER: {form} expected")
        _, content, raw = found.pop(0)
        check(not size or len(content) == int(size), f"DER: {len(content)} octets")
        value = content.decode("utf-8") if kind == "s" else raw if kind == "r" else content
        value = [members(raw, "i")[0] for _, _, raw in elements(content)] if kind == "n" else value
        if kind in "ie":
            value = int.from_bytes(content, "big", signed=True)
            check(len(content) == (value + (value < 0)).bit_length() // 8 + 1 <= 8, "DER: INTEGER in too many octets")
        values.append(value)
    check(not found, "DER: more members than expected")
    return values
def unseal(key, label, fields, sealed):
    opener = Cobblestone256Decryptor(key, PREFIX + label + b"\0" + fields)
    return opener.update(sealed) + opener.finalize()
def recovery_code(text):
    text, alphabet = text.upper().translate(str.maketrans("OIL", "011", " -\r\n\t")), "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    octets = (sum(alphabet.find(sign) << 5 * place for place, sign in enumerate(text[::-1])) % (1 << 280)).to_bytes(35)
    check(len(text) == 56 and sha256(PREFIX + b"recovery-code\0" + octets[:32])[:3] == octets[32:], "mistyped code")
    return octets[:32]
class Store:  # section 9: only here is anything of SQLite
    header = header_slot = None
    def __init__(self, path, vault=None):
        self.path, connect = path, lambda file: sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        manifest = json.loads((path / "manifest.json").read_text())
        check((manifest["format"], manifest["version"]) == ("dossier-vault-store", 1), "not a store of version 1")
        files = [] if vault else sorted(path.glob("shard-*.sqlite"))
        found = [row[0] for file in files for row in connect(file).execute("SELECT id FROM vault")] or [vault]
        check(len(found) == 1 and found[0], f"{len(found)} vaults: name one")
        self.vault = found[0]
        self.db = connect(path / f"shard-{int.from_bytes(self.vault[:4], 'big') % manifest['shards']:02x}.sqlite")
        row = self.db.execute("SELECT no, sequence, hash FROM vault WHERE id = ?", (self.vault,)).fetchone()
        check(row, "no such vault")
        self.number, self.head = row[0], row[1:]
        self.slots = [slot for slot, in self.db.execute("SELECT record FROM slot WHERE vault = ?", row[:1])]
        query = "SELECT place - (vault << 32), entry, payload FROM entry WHERE vault = ? ORDER BY place"
        self.entries = list(self.db.execute(query, row[:1]))
        self.key_record = lambda version: self.one("key_record", "record", "version", version)
        packs = list(self.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'packed'"))  # else an older store
        query = "SELECT id, name, place, size FROM packed JOIN pack ON no = pack WHERE packed.vault = ?"
        self.packed = {row[0]: row[1:] for row in packs and self.db.execute(query, row[:1])}
    def one(self, table, column, named, value):
        query = f"SELECT {column} FROM {table} WHERE vault = ? AND {named} = ?"
        return (self.db.execute(query, (self.number, value)).fetchone() or (None,))[0]
    def content(self, content):
        name, place, size = self.packed.get(content, (content, 0, None))
        file = self.path / "contents" / self.vault.hex() / (name.hex() + (".pack" if size else ""))
        found = file.is_file() and file.read_bytes()[place:][:size]
        return self.one("content", "sealed", "id", content) or found and len(found) == (size or len(found)) and found
class Export:  # section 13
    def __init__(self, path):
        octets, place, kind, records = path.read_bytes(), 20, None, {}
        check(octets.startswith(b"dossierkit/export/1\0"), "not an export")
        while kind != 255:
            check(len(octets) - place >= 9, "export: cut")
            kind, start, size = octets[place], place, int.from_bytes(octets[place + 1:place + 9], "big")
            place += 9 + size
            records.setdefault(kind, []).append(octets[start + 9:place])
        check(records[255] == [sha256(octets[:start])] and place == len(octets), "export: cut or changed")
        self.header, self.signature = members(whole(records[1][0]), "r o64")
        _, self.vault, head, self.header_slot = members(whole(self.header), "i o32 q r")
        self.head, self.slots = tuple(members(head, "i o32")), records[3]
        self.entries = [(number, *members(whole(entry), "o o?")) for number, entry in enumerate(records[2])]
        self.key_record = {members(whole(record), "i o16 o16 i o")[2]: record for record in records.get(4, [])}.get
        self.content = {record[:16]: record[16:] for record in records.get(5, [])}.get
class Vault:  # sections 2 to 7, 11, 12
    def __init__(self, store, passphrase=None, code=None):
        self.store, self.id, self.epoch = store, store.vault, 1
        self.documents, self.writers, self.hashes, self.operations, self.gaps, self.held = {}, {}, [], set(), set(), set()
        top, slot, secret = self.unlock(passphrase, code)
        self.secrets, first = {top: secret[:32]}, {}
        for number, _, payload in store.entries:
            first.setdefault(payload and members(whole(payload), "i o")[0], number)
        for epoch in range(top, 1, -1):
            check(epoch in first, f"epoch {epoch}: no entry announces it")
            sealed, fields = members(self.payload(first[epoch])[3], "i q p")[2], self.id + epoch.to_bytes(4, "big")
            self.secrets[epoch - 1] = unseal(self.secrets[epoch], b"epoch-secret", fields, sealed)
        for number, (sequence, entry, payload) in enumerate(store.entries):
            try:
                check(sequence == number, "the number is another")
                self.entry(number, entry, payload)
            except (Damaged, InvalidTag, InvalidSignature, UnicodeDecodeError) as error:
                raise Damaged(f"entry {number}: {error or type(error).__name__}") from error
        check(self.hashes and store.head == (len(self.hashes) - 1, self.hashes[-1]), "the head is not the last entry")
        check(not self.gaps, f"payloads missing: entries {self.gaps}")
        check(sorted(map(sha256, store.slots)) == sorted(self.digests), "slots missing or not announced")
        _ = store.header and self.owner.verify(store.signature, PREFIX + b"export\0" + store.header)
        check(sha256(slot) in self.digests or slot == store.header_slot, "a slot that was not announced")
        header, sealed, signature = members(whole(slot), "r o p?")
        _ = signature and self.owner.verify(signature, PREFIX + b"slot\0" + header + sealed)
        check(Ed25519PrivateKey.from_private_bytes(secret[32:64]).public_key() == self.owner, "another owner key")
    def unlock(self, passphrase, code):
        for octets in filter(None, [self.store.header_slot, *self.store.slots]):
            header, sealed, signature = members(whole(octets), "r o p?")
            version, vault, slot, kind, epoch, parameters = members(whole(header), "i o32 o16 i i q")
            check(version in (1, 2) and vault == self.id, "slot: version or vault")
            if (passphrase, code)[kind - 1:kind] in ((), (None,)):
                continue
            *cost, public = members(parameters, "i i o16 o32?" if kind == 1 else "o32?")
            check((public is None) == (version == 1) == (signature is None), "slot: parameters or signature")
            key = code
            if kind == 1:
                memory, passes, salt = cost
                check(65536 <= memory <= 1048576 and 3 <= passes <= 10 and memory * passes <= 4194304, "slot: cost")
                key = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory).derive(
                    unicodedata.normalize("NFC", passphrase).encode())
            own = hmac.digest(key, PREFIX + b"slot-agreement\0" + vault + slot + b"\1", "sha512")[:32]  # HKDF-Expand
            with contextlib.suppress(InvalidTag):
                if version == 1:
                    return epoch, octets, unseal(key, b"slot", header, sealed)
                own = X25519PrivateKey.from_private_bytes(own)
                return epoch, octets, SUITE.decrypt(sealed, own, info=PREFIX + b"slot\0" + header)
        raise Damaged("wrong passphrase or recovery code")
    def payload(self, number):  # epoch, kind, seconds and body
        _, octets, payload = self.store.entries[number]
        epoch, sealed = members(whole(payload), "i o")
        check(epoch in self.secrets, f"epoch {epoch} is not the one that the slot opens")
        fields = (self.id if number else bytes(32)) + members(whole(members(whole(octets), "r o64")[0]), ENTRY)[3]
        plain = unseal(self.secrets[epoch], b"payload", fields + epoch.to_bytes(4, "big"), sealed)
        _, content, end = element(plain, 0)
        check(plain[0] == 0x30 and len(plain) == pad(end, 512) and not any(plain[end:]), "padding of the payload")
        kind, seconds, nanoseconds, event = members(content, "i i i q")
        check(0 <= nanoseconds < 10**9 and -62135596800 <= seconds <= 253402300799, "a time that there is not")
        return epoch, kind, seconds, event
    def entry(self, number, octets, payload):
        body, signature = members(whole(octets), "r o64")
        version, sequence, previous, operation, writer, listed, digest, genesis = members(whole(body), ENTRY)
        check((version, sequence, genesis is None) == (1, number, number > 0), "version, sequence or genesis")
        check(previous == (self.hashes[-1] if number else bytes(32)), "it does not follow the entry before")
        contents = [content for _, content, _ in elements(listed)]
        if genesis is not None:
            self.nonce, owner_key, self.vault_key = members(genesis, "o32 o32 o32")
            self.owner = Ed25519PublicKey.from_public_bytes(owner_key)
            check(sha256(octets) == self.id, "not the genesis of this vault")
        self.writers[bytes(16)] = self.owner, range(1, 18), None
        check(writer in self.writers, "its writer is not enrolled")
        key, kinds, until = self.writers[writer]
        key.verify(signature, PREFIX + b"entry\0" + body)
        check(operation not in self.operations, "the operation occurs twice")
        self.operations.add(operation)
        self.hashes.append(sha256(octets))
        if payload is None and number > 1:
            return self.gaps.add(number)
        check(payload and digest == sha256(payload), "payload missing or changed")
        epoch, kind, seconds, event = self.payload(number)
        check(kind in kinds and (until is None or seconds <= until), "its writer may not write this")
        check(epoch == self.epoch + (kind == 7), "epoch out of place")
        self.epoch = epoch
        check(kind == number + 1 if number < 2 else 2 <= kind <= 17, f"kind {kind} newer or out of place")
        check(contents == (contents if kind in (3, 13) else sorted(set(contents)) if kind == 12 else []), "contents")
        getattr(self, f"kind{kind}", lambda *_: None)(event, contents, seconds)
    def kind1(self, event, *_):
        self.name, owner_kind, sealed = members(event, "s e o")
        private = X25519PrivateKey.from_private_bytes(unseal(self.secrets[1], b"vault-key", self.nonce, sealed))
        check(owner_kind in (0, 1) and private.public_key().public_bytes_raw() == self.vault_key, "owner or key pair")
    def kind2(self, event, *_):
        announced, slots, _ = members(event, "i q p?")
        slots = [members(slot, "o16 i o32 p? l? w?") for _, slot, _ in elements(slots)]
        check(announced == self.epoch and slots and slots == sorted(slots, key=lambda slot: slot[0]), "epoch or slots")
        self.digests = [slot[2] for slot in slots]
    kind7 = kind2  # rotating announces the next epoch
    def kind4(self, event, *_):
        document, status, _ = members(event, "o16 e s")
        check(document in self.documents and 0 <= status < len(DECLARED), "status")
        self.documents[document]["declared"] = DECLARED[status]
    def kind5(self, event, *_):
        writer, key, _, kinds, _, end = members(event, "o16 o32 e n s p?")
        self.writers[writer] = Ed25519PublicKey.from_public_bytes(key), kinds, end and int.from_bytes(end, signed=True)
    def kind6(self, event, *_):
        check(self.writers.pop(members(event, "o16")[0], None), "a writer who is not enrolled")
    def kind10(self, event, *_):
        document, _, entries, _ = members(event, "o16 q n s")
        check(document not in self.held and set(entries) <= self.gaps, "held, or erased payloads still there")
        self.gaps, _ = self.gaps - set(entries), self.documents.pop(document, None)
    def kind11(self, event, *_):
        document, lifted, _, _ = members(event, "o16 e s s")
        self.held = self.held - {document} if lifted else self.held | {document}
    def kind13(self, event, *rest):
        return self.kind3(event, *rest) if (event := members(event, "o16 q? s?")[1]) else None
    def kind3(self, event, contents, seconds):
        names = "document id content size padded digest commitment previous metadata provenance fields".split()
        record = dict(zip(names, members(event, "o16 o16 o16 i i o32 o32 p16? q q q")), stored=seconds)
        for part in ("metadata", "provenance"):
            schema, listed = members(record[part], "i q")
            pairs = [members(member, "s q") for _, member, _ in elements(listed)]
            check(schema == 1 and pairs == sorted(pairs, key=lambda pair: pair[0].encode()), "members unordered, newer")
            record[part] = {name: [text.decode("utf-8") for _, text, _ in elements(texts)] for name, texts in pairs}
        record["fields"] = [members(field, "s s s s") for _, field, _ in elements(record["fields"])]
        check(contents == [record["content"]] and record["padded"] == pad(record["size"], 1024), "content or size")
        versions = self.documents.setdefault(record["document"], {"versions": [], "declared": "active"})["versions"]
        check(record["previous"] == (versions[-1]["id"] if versions else None), "it does not follow the newest version")
        versions.append(record)
    def read(self, version):
        where, ids = f"content {version['content'].hex()}", self.id + version["document"] + version["id"]
        check(record := self.store.key_record(version["id"]), f"{where}: no key record")
        number, document, name, epoch, sealed_key = members(whole(record), "i o16 o16 i o")
        check((number, document, name) == (1, version["document"], version["id"]), "key record of another version")
        try:
            key = unseal(self.secrets[epoch], b"version-key", ids + epoch.to_bytes(4, "big"), sealed_key)
            sealed = self.store.content(version["content"])
            check(sealed and sealed[24:56] == version["commitment"], f"{where}: commitment")
            plain = unseal(key, b"content", ids, sealed)
        except (InvalidTag, KeyError) as error:
            raise Damaged(f"{where}: changed") from error
        check(len(plain) == version["padded"] and not any(plain[version["size"]:]), f"{where}: padding")
        check(sha256(plain[:version["size"]]) == version["digest"], f"{where}: digest")
        return plain[:version["size"]]
    def listing(self):
        replaced = {target for name, document in self.documents.items() if document["declared"] == "active"
                    for target in document["versions"][-1]["metadata"].get("supersedes", []) if name.hex() != target}
        for name, document in self.documents.items():
            newest, state = document["versions"][-1], document["declared"]
            yield document["versions"], {
                "id": name.hex(), "version": newest["id"].hex(), "versions": len(document["versions"]),
                "sha256": newest["digest"].hex(), **{key: newest[key] for key in SHOWN},
                "status": "superseded" if state == "active" and name.hex() in replaced else state}
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("store", "--passphrase-file", "--recovery-file", "--export"):
        parser.add_argument(option, type=pathlib.Path)
    parser.add_argument("vault", nargs="?", type=bytes.fromhex)
    arguments = parser.parse_args()
    passphrase = arguments.passphrase_file and arguments.passphrase_file.read_text("utf-8").rstrip("\r\n")
    code = arguments.recovery_file and recovery_code(arguments.recovery_file.read_text("ascii"))
    store = Export(arguments.store) if arguments.store.is_file() else Store(arguments.store, arguments.vault)
    vault, documents = Vault(store, passphrase, code), []
    _ = arguments.export and arguments.export.mkdir(parents=True, exist_ok=True)
    for versions, description in vault.listing():
        octets = [vault.read(version) for version in versions]
        documents.append(description)
        _ = arguments.export and (arguments.export / description["id"]).write_bytes(octets[-1])
    answer = {"vault": vault.id.hex(), "name": vault.name, "documents": documents}
    json.dump(answer | {"head": {"sequence": store.head[0], "hash": store.head[1].hex()}}, sys.stdout)
if __name__ == "__main__":
    try:
        main()
    except Damaged as error:
        sys.exit(f"reader: {error}")
