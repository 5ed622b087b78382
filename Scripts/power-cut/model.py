# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""What a disk may hold after a power cut, from a record of what a program did to it (recorder.c).

Everything that was synced is there. Of everything else any part may be there or not, in pieces of a sector: a later write
without an earlier one, a name without its content, a renaming that did not happen. Names are only safe once their folder
was synced; this is stricter than the file systems in use."""
import contextlib
import os
import shutil
import sqlite3
import struct
import tempfile


def events(log):
    """(letter, inode, number, octets) of each event."""
    with open(log, "rb") as file:
        data = file.read()
    place = 0
    while place < len(data):
        inode, number, count = struct.unpack_from("<QQQ", data, place + 1)
        yield chr(data[place]), inode, number, data[place + 25:place + 25 + count]
        place += 25 + count


class File:
    def __init__(self):
        self.synced, self.waiting = bytearray(), []

    def sync(self):
        for change in self.waiting:
            self.synced = apply(self.synced, change)
        self.waiting = []

    def after_cut(self, random, share, sector):
        """The content with some of what was not synced."""
        octets = bytearray(self.synced)
        for offset, data in self.waiting:
            if data is None:
                if random.random() < share:
                    octets = apply(octets, (offset, None))
                continue
            start = 0
            while start < len(data):
                end = min(len(data), start + sector - (offset + start) % sector)
                if random.random() < share:
                    octets = apply(octets, (offset + start, data[start:end]))
                start = end
        return octets


def apply(octets, change):
    """A write at an offset, or, without data, a new size."""
    offset, data = change
    end = offset if data is None else offset + len(data)
    if len(octets) < end:
        octets.extend(bytes(end - len(octets)))
    if data is None:
        del octets[offset:]
    else:
        octets[offset:end] = data
    return octets


class Folder:
    def __init__(self):
        self.synced, self.names, self.waiting = {}, {}, []

    def change(self, *change):
        self.waiting.append(change)
        alter(self.names, change)

    def sync(self):
        self.synced, self.waiting = dict(self.names), []

    def after_cut(self, random, share):
        names = dict(self.synced)
        if share == 0:
            return names
        if random.random() < 0.5:
            # In the order in which it was done, as a journaling file system does it.
            for change in self.waiting[:random.randrange(len(self.waiting) + 1)]:
                alter(names, change)
        else:
            for change in self.waiting:
                if random.random() < share:
                    alter(names, change)
        return names


def alter(names, change):
    kind, name, what = change
    if kind == "add":
        names[name] = what
    elif kind == "delete":
        names.pop(name, None)
    else:  # a renaming, in one step: never neither, never both
        names.pop(name, None)
        names[what[0]] = what[1]


class Disk:
    """The folder that was recorded, as it is and as it was synced."""

    def __init__(self, root, ignoring=""):
        self.root, self.ignoring = root, ignoring
        self.folders, self.files = {root: Folder()}, {}
        self.syncs = 0

    def take(self, letter, inode, number, octets):
        if letter == "W":
            self.file(inode).waiting.append((number, octets))
        elif letter == "T":
            self.file(inode).waiting.append((number, None))
        elif letter == "S":
            self.syncs += 1
            if "files" not in self.ignoring and not self.spared(octets):
                self.file(inode).sync()
        elif letter == "D":
            self.syncs += 1
            if "folders" not in self.ignoring:
                self.folder(octets).sync()
        elif letter == "C":
            self.files[inode] = File()
            self.at(octets).change("add", name(octets), self.files[inode])
        elif letter == "M":
            path = octets.decode()
            self.folders[path] = Folder()
            self.at(octets).change("add", name(octets), self.folders[path])
        elif letter == "R":
            old, new = octets.split(b"\0")
            assert os.path.dirname(old) == os.path.dirname(new), "a renaming across folders"
            self.at(new).change("rename", name(old), (name(new), self.at(old).names[name(old)]))
        elif letter == "U":
            self.at(octets).change("delete", name(octets), None)

    def spared(self, path):
        return "database" in self.ignoring and b".sqlite" in path

    def file(self, inode):
        if inode not in self.files:
            raise ValueError("a file whose making was not recorded is written")
        return self.files[inode]

    def folder(self, path):
        return self.folders[path.decode()]

    def at(self, path):
        return self.folders[os.path.dirname(path.decode())]

    def after_cut(self, random, to, share=None):
        """Writes what may be left into the folder `to`: of what was not synced, about a share, or nothing with 0."""
        if share is None:
            share = random.choice([0.0, 1.0, 0.5, random.random()])
        sector = random.choice([512, 4096])
        self.write(self.folders[self.root], to, random, share, sector)

    def write(self, folder, path, random, share, sector):
        os.makedirs(path, exist_ok=True)
        for entry, what in folder.after_cut(random, share).items():
            if isinstance(what, Folder):
                self.write(what, os.path.join(path, entry), random, share, sector)
            # Where the writer's shared memory was, the next process makes its own.
            elif not entry.endswith("-shm"):
                with open(os.path.join(path, entry), "wb") as file:
                    file.write(what.after_cut(random, share, sector))


def name(path):
    return os.path.basename(path.decode())


def databases(store):
    """The databases of a store, copied with their logs: SQLite leaves files beside one that it only reads."""
    for shard in sorted(store.glob("shard-*.sqlite")):
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("", "-wal", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy(f"{shard}{suffix}", folder)
            with contextlib.closing(sqlite3.connect(os.path.join(folder, shard.name))) as database:
                # One whose making was broken off has no tables yet; whether a document is missing the tool says.
                if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0:
                    yield database


def strays(store):
    """Files beside the databases of a store that are unfinished, and packs that no database names."""
    known = set()
    for database in databases(store):
        known |= {name.hex() for name, in database.execute("SELECT name FROM pack")}
    return [str(path) for path in store.glob("contents/*/*")
            if path.suffix == ".part" or path.suffix == ".pack" and path.stem not in known]


class Packs:
    """The packs of a store as its databases and files say (docs/formats/vault-v1.md §9)."""

    def __init__(self, store):
        self.names, self.contents, self.wiping, self.gaps, self.faults = set(), 0, 0, 0, []
        for database in databases(store):
            for number, vault, name, live in list(database.execute(
                    "SELECT pack.no, vault.id, name, live FROM pack JOIN vault ON vault.no = pack.vault")):
                ranges = {table: [(place, place + size) for place, size in database.execute(
                    f"SELECT place, size FROM {table} WHERE pack = ? ORDER BY place", (number,))]
                    for table in ("packed", "wiping")}
                path = store / "contents" / vault.hex() / f"{name.hex()}.pack"
                self.look(path, live, ranges["packed"], ranges["wiping"])

    def look(self, path, live, packed, wiping):
        """Every octet belongs to a content, or is to be wiped, or is zero; every content is there whole, and alone."""
        self.names.add(path.stem)
        self.contents += len(packed)
        self.wiping += len(wiping)
        octets = path.read_bytes() if path.exists() else b""
        if len(packed) != live:
            self.faults.append(f"{path.name}: {len(packed)} contents, {live} are said to be there")
        if packed and packed[-1][1] > len(octets):
            self.faults.append(f"{path.name}: {len(octets)} octets, contents up to {packed[-1][1]}")
        if not packed and not path.exists():
            # An emptied pack: its file goes before the rows that say so.
            return
        end = 0
        for start, stop in [*sorted(packed + wiping), (len(octets), len(octets))]:
            if start < end:
                self.faults.append(f"{path.name}: what lies at {start} begins before {end}, where another ends")
            if any(octets[end:start]):
                self.faults.append(f"{path.name}: octets {end} to {start} belong to nothing and were not overwritten")
            self.gaps += start > end
            end = max(end, stop)
