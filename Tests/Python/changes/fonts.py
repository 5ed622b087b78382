# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Font programs whose letter A lies far from where its width and every box say: TrueType, CFF and Type 1."""

import struct

# A bar from (2000, 900) to (2600, 1200), in a design of 1000 units to the em.
LEFT, LOW, RIGHT, HIGH = 2000, 900, 2600, 1200


def truetype():
    points = [(LEFT, LOW), (LEFT, HIGH), (RIGHT, HIGH), (RIGHT, LOW)]
    outline = struct.pack(">hhhhhHH", 1, 0, 0, 500, 700, 3, 0) + bytes([1] * 4)
    before = (0, 0)
    xs, ys = b"", b""
    for x, y in points:
        xs, ys, before = xs + struct.pack(">h", x - before[0]), ys + struct.pack(">h", y - before[1]), (x, y)
    outline += xs + ys
    outline += bytes(-len(outline) % 4)
    # Glyph 2 is composed of glyph 1, moved back and up.
    composed = struct.pack(">hhhhhHHhh", -1, 0, 0, 500, 700, 0x0003, 1, -1500, 100)
    composed += bytes(-len(composed) % 4)
    offsets = [0, 0, len(outline), len(outline) + len(composed)]
    cmap = struct.pack(">HHHHI", 0, 1, 1, 0, 12) + struct.pack(">HHH", 0, 262, 0) + bytes({65: 1, 66: 2}.get(c, 0) for c in range(256))
    tables = {
        b"cmap": cmap, b"glyf": outline + composed,
        b"head": struct.pack(">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 500, 700, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 500, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 3),
        b"hmtx": struct.pack(">HhHhHh", 500, 0, 500, LEFT, 500, LEFT - 1500), b"loca": struct.pack(">IIII", *offsets),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 3, 8, 2, 8, 2, 1, 0, 0, 0, 0, 0, 0, 1, 1),
    }  # fmt: skip
    place, records, data = 12 + 16 * len(tables), b"", b""
    for tag, table in sorted(tables.items()):
        records += tag + struct.pack(">III", sum(struct.unpack(f">{-(-len(table) // 4)}I", table + bytes(-len(table) % 4))) & 0xFFFFFFFF, place + len(data), len(table))
        data += table + bytes(-len(table) % 4)
    return struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 48) + records + data


def number(value):
    """A number of a Type 2 charstring or of a dictionary."""
    return b"\x1c" + struct.pack(">h", value)


def index(items):
    offsets, data = [1], b"".join(items)
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return struct.pack(">HB", len(items), 2) + b"".join(struct.pack(">H", offset) for offset in offsets) + data if items else b"\0\0"


def compact():
    # The bar by a subroutine: rmoveto, hlineto, vlineto, hlineto.
    routine = number(RIGHT - LEFT) + b"\x06" + number(HIGH - LOW) + b"\x07" + number(LEFT - RIGHT) + b"\x06\x0b"
    characters = [b"\x0e", number(LEFT) + number(LOW) + b"\x15" + number(-107) + b"\x0a\x0e"]
    # Far away by a curve's end: 26 is vvcurveto.
    characters.append(number(10) + number(10) + b"\x15" + number(900) + number(300) + number(900) + number(300) + b"\x1a" + number(50) + b"\x06\x0e")
    private = number(6) + b"\x13"
    private = number(len(private)) + b"\x13"
    header, names, strings = b"\x01\x00\x04\x02", index([b"Far"]), b"\0\0"

    def top(charset, characters_at, private_at):
        return index([
            number(charset) + b"\x0f" + number(characters_at) + b"\x11" + number(len(private)) + number(private_at) + b"\x12",
        ])  # fmt: skip

    start = len(header) + len(names) + len(top(0, 0, 0)) + len(strings) + 2
    charset = b"\x00" + struct.pack(">HH", 34, 35)
    glyphs = index(characters)
    places = start, start + len(charset), start + len(charset) + len(glyphs)
    return header + names + top(*places) + strings + b"\0\0" + charset + glyphs + private + index([routine])


def encrypted(data, key):
    found = bytearray()
    for octet in data:
        found.append(octet ^ key >> 8)
        key = (found[-1] + key) * 52845 + 22719 & 0xFFFF
    return bytes(found)


def type1():
    def whole(value):
        return b"\xff" + struct.pack(">i", value)

    outline = whole(0) + whole(500) + b"\x0d" + whole(LEFT) + whole(LOW) + b"\x15" + whole(RIGHT - LEFT) + b"\x06" + whole(HIGH - LOW) + b"\x07"
    outline += whole(LEFT - RIGHT) + b"\x06\x09\x0e"
    notdef = whole(0) + whole(500) + b"\x0d\x0e"
    body = b"dup /Private 8 dict dup begin /RD {string currentfile exch readstring pop} executeonly def /ND {noaccess def} executeonly def\n"
    body += b"/NP {noaccess put} executeonly def /BlueValues [] def /password 5839 def /lenIV 4 def\n2 index /CharStrings 2 dict dup begin\n"
    for name, code in ((b".notdef", notdef), (b"A", outline)):
        body += b"/%s %d RD " % (name, len(code) + 4) + encrypted(bytes(4) + code, 4330) + b" ND\n"
    body += b"end end readonly put noaccess put dup /FontName get exch definefont pop mark currentfile closefile\n"
    clear = (
        b"%!PS-AdobeFont-1.0: Far 1.0\n11 dict begin /FontInfo 2 dict dup begin /version (1) readonly def end readonly def\n"
        b"/FontName /Far def /PaintType 0 def /FontType 1 def /FontMatrix [0.001 0 0 0.001 0 0] readonly def\n"
        b"/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for dup 65 /A put readonly def\n"
        b"/FontBBox {0 0 500 700} readonly def currentdict end currentfile eexec\n"
    )
    return clear, encrypted(b"abcd" + body, 55665), b"0" * 512 + b"\ncleartomark\n"
