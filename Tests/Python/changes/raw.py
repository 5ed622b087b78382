# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Writes PDFs and incremental updates octet by octet, so that an update can say what no library would write."""

import re
import zlib

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def stream(data, entries=b"", compressed=False):
    """The body of a stream object."""
    if compressed:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def entry_of(dictionary, key):
    """Where the value of a key of the outermost level stands in a dictionary's text: (start of key, start, end)."""
    position, depth, keys = 2, 1, 0
    while position < len(dictionary):
        match = TOKEN.match(dictionary, position)
        token = match.group()
        if depth == 1 and keys % 2 == 0 and token == key:
            start = match.end()
            return position, start, value_end(dictionary, start)
        if token in (b"<<", b"["):
            depth += 1
        elif token in (b">>", b"]"):
            depth -= 1
            if depth == 0:
                return None
            if depth == 1:
                keys += 1
        elif depth == 1 and token.strip():
            reference = REFERENCE.match(dictionary, position)
            if reference:
                match = reference
            keys += 1
        position = match.end()
    return None


TOKEN = re.compile(rb"<<|>>|[\[\]]|\((?:[^()\\]|\\.|\([^()]*\))*\)|<[0-9A-Fa-f\s]*>|/[^\s()<>\[\]{}/%]*|[^\s()<>\[\]{}/%]+|\s+", re.S)
REFERENCE = re.compile(rb"\d+ \d+ R\b")


def value_end(text, start):
    depth, position = 0, start
    while position < len(text):
        reference = REFERENCE.match(text, position) if depth == 0 else None
        match = reference or TOKEN.match(text, position)
        token = match.group()
        if depth == 0 and token == b">>":
            return position
        position = match.end()
        depth += (token in (b"<<", b"[")) - (token in (b">>", b"]"))
        if depth == 0 and token.strip():
            return position
    return position


def get(dictionary, key):
    """The value of a key as text, `None` where there is none."""
    found = entry_of(dictionary, key)
    return dictionary[found[1] : found[2]].strip() if found else None


def put(dictionary, key, value):
    """The dictionary with another value of a key; `None` takes the entry away."""
    found = entry_of(dictionary, key)
    if found:
        dictionary = dictionary[: found[0]] + dictionary[found[2] :]
    return dictionary if value is None else b"<<" + key + b" " + value + dictionary[2:]


def add(dictionary, key, element):
    """The dictionary with an element more in an array."""
    array = get(dictionary, key)
    return put(dictionary, key, (array[:-1] if array else b"[") + b" " + element + b"]")


def table(offsets, free=()):
    """A cross-reference table; `offsets` gives (number, generation) → offset."""
    rows = [(number, b"%010d %05d n \n" % (offset, generation)) for (number, generation), offset in offsets.items()]
    rows += [(number, b"0000000000 %05d f \n" % generation) for number, generation in free]
    return b"xref\n" + b"".join(b"%d 1\n%s" % row for row in sorted(rows))


def reference_stream(number, offsets, position, entries, compressed, free=()):
    """A cross-reference stream as an indirect object; `compressed` gives number → (object stream, index)."""
    rows = [(n, b"\x01" + offset.to_bytes(4, "big") + g.to_bytes(2, "big")) for (n, g), offset in offsets.items()]
    rows += [(n, b"\x02" + holder.to_bytes(4, "big") + index.to_bytes(2, "big")) for n, (holder, index) in compressed.items()]
    rows += [(n, b"\x00" + bytes(4) + g.to_bytes(2, "big")) for n, g in free]
    rows = sorted(rows + [(number, b"\x01" + position.to_bytes(4, "big") + b"\x00\x00")])
    index = b" ".join(b"%d 1" % row[0] for row in rows)
    body = stream(b"".join(row[1] for row in rows), b"/Type/XRef/W[1 4 2]/Index[%s]%s" % (index, entries))
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def build(objects, trailer=b"", style="table"):
    """A file of one revision from number → body; object 1 is the catalogue."""
    return written(bytearray(HEADER), objects, b"/Root 1 0 R/ID[<01><02>]" + trailer, style, max(objects) + 1, free=[(0, 65535)])


def append(data, objects, style="table", trailer=b"", free=(), kept=(b"/Root", b"/Info", b"/ID", b"/Encrypt"), between=b"", size=0):
    """A file with a revision more. Bodies by number, or by (number, generation)."""
    last = last_trailer(data)
    entries = b"".join(key + b" " + get(last, key) for key in kept if get(last, key)) + b"/Prev %d" % start_of(data) + trailer
    highest = max([number if isinstance(number, int) else number[0] for number in objects] + [0])
    size = max(size, highest + 1, int(get(last, b"/Size")))
    output = bytearray(data)
    if not output.endswith(b"\n"):
        output += b"\n"
    return written(output + between, objects, entries, style, size, free)


def written(output, objects, entries, style, size, free=()):
    offsets, compressed = {}, {}
    if style == "compact":
        inner = {n: b for n, b in objects.items() if isinstance(n, int) and not b.rstrip().endswith(b"endstream")}
        objects = {n: b for n, b in objects.items() if n not in inner}
        holder, size = size, size + 1
        header, bodies = b"", b""
        for index, (number, body) in enumerate(inner.items()):
            header += b"%d %d " % (number, len(bodies))
            bodies += body + b" "
            compressed[number] = (holder, index)
        if inner:
            objects = {**objects, holder: stream(header + bodies, b"/Type/ObjStm/N %d/First %d" % (len(inner), len(header)))}
    for key, body in objects.items():
        number, generation = key if isinstance(key, tuple) else (key, 0)
        offsets[number, generation] = len(output)
        output += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
    start = len(output)
    if style == "table":
        output += table(offsets, free) + b"trailer\n<</Size %d%s>>\n" % (size, entries)
    else:
        output += reference_stream(size, offsets, start, b"/Size %d%s" % (size + 1, entries), compressed, free)
    return bytes(output + b"startxref\n%d\n%%%%EOF\n" % start)


def start_of(data):
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


def last_trailer(data):
    rest = data[start_of(data) :]
    position = rest.index(b"<<")
    return rest[position : position + dictionary_end(rest[position:])]


def dictionary_end(text):
    depth, position = 0, 0
    while position < len(text):
        match = TOKEN.match(text, position)
        depth += (match.group() == b"<<") - (match.group() == b">>")
        position = match.end()
        if depth == 0:
            break
    return position


def size_of(data):
    return int(get(last_trailer(data), b"/Size"))


def root_of(data):
    return int(get(last_trailer(data), b"/Root").split()[0])


def objects_of(data):
    """The newest body of each object by its number; of object streams, those that are not compressed are read."""
    found, held = {}, {}
    for match in re.finditer(rb"(?<![0-9])(\d+) 0 obj\s*(.*?)\s*endobj", data, re.S):
        found[int(match.group(1))] = body = match.group(2)
        if body.startswith(b"<</Type/ObjStm"):
            content = body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
            first = int(get(body, b"/First"))
            numbers = [int(word) for word in content[:first].split()]
            ends = [*numbers[3::2], len(content) - first]
            for number, start, end in zip(numbers[::2], numbers[1::2], ends):
                held[number] = content[first + start : first + end].strip()
    return {**held, **found}
