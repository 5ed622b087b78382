# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Random page contents. A signature field that is added later over what they show must be refused."""

from . import fonts
from .raw import append, build, get, objects_of, put, root_of, size_of, stream

WIDTH, HEIGHT = 220, 160
SMILE = b"20 20 40 10 re 20 60 10 20 re 70 60 10 20 re f"
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def library():
    """Objects from number 100 on that every page can draw with, and the resources that name them."""
    objects, names = {}, {kind: {} for kind in (b"Font", b"XObject", b"ExtGState", b"Pattern", b"Shading", b"ColorSpace", b"Properties")}

    def thing(kind, name, body):
        number = 100 + len(objects)
        objects[number] = body
        names[kind][name] = number
        return number

    def font(name, entries):
        return thing(b"Font", name, b"<</Type/Font" + entries + b">>")

    font(b"F", b"/Subtype/Type1/BaseFont/Helvetica")
    font(b"Narrow", b"/Subtype/Type1/BaseFont/Helvetica/FirstChar 32/LastChar 126/Widths[%s]" % (b"0 " * 95))
    font(b"Back", b"/Subtype/Type1/BaseFont/Helvetica-Bold/FirstChar 32/LastChar 126/Widths[%s]" % (b"-500 " * 95))
    font(b"Wide", b"/Subtype/TrueType/BaseFont/Times-Roman/FirstChar 32/LastChar 126/Widths[%s]" % (b"900 " * 95))
    font(b"Blank", b"/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[32/A]>>")
    font(b"Symbol", b"/Subtype/Type1/BaseFont/Symbol")
    descendant = b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Helvetica/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500%s>>]"
    one = stream(CMAP, b"/Type/CMap/CMapName/One")
    number = 100 + len(objects)
    objects[number] = one
    japanese = descendant.replace(b"(Identity)/Supplement 0", b"(Japan1)/Supplement 2")
    for name, encoding, more in (
        (b"Across", b"/Identity-H", b""), (b"Down", b"/Identity-V", b""), (b"One", b"%d 0 R" % number, b""),
        (b"DownFar", b"/Identity-V", b"/DW2[0 3000]"), (b"None", b"/Identity-H", b"/W[0 65535 0]"),
    ):  # fmt: skip
        font(name, b"/Subtype/Type0/BaseFont/Helvetica/Encoding " + encoding + descendant % more)
    font(b"Japan", b"/Subtype/Type0/BaseFont/Ryumin/Encoding/90ms-RKSJ-H" + japanese % b"")
    # Glyphs that are content streams: with and without resources of their own, far away, white.
    image = thing(b"XObject", b"Image", stream(b"\x00\xff\xff\x00", b"/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray"))
    glyphs = {
        b"Glyph": b"1000 0 d0 100 100 600 300 re f", b"GlyphFar": b"1000 0 d0 3000 2000 900 900 re f",
        b"GlyphWhite": b"1000 0 d0 1 g 100 100 600 300 re f", b"GlyphPage": b"1000 0 d0 900 0 0 900 0 0 cm /Image Do",
        b"GlyphMask": b"1000 0 0 0 900 900 d1 0 0 900 300 re f", b"GlyphText": b"1000 0 d0 BT /F 900 Tf (B) Tj ET",
    }  # fmt: skip
    for name, operators in glyphs.items():
        number = 100 + len(objects)
        objects[number] = stream(operators)
        font(name, GLYPHS % (b"" if name in (b"GlyphPage", b"GlyphText") else b"/Resources<<>>", number))
    def embedded(name, subtype, key, program):
        number = 100 + len(objects)
        objects[number] = program
        widths = b"/FirstChar 65/LastChar 67/Widths[500 500 500]"
        descriptor = b"/FontDescriptor<</Type/FontDescriptor/FontName/Far/Flags 4/FontBBox[0 0 500 700]/ItalicAngle 0/Ascent 700/Descent 0/CapHeight 700/StemV 80/%s %d 0 R>>"
        font(name, b"/Subtype/%s/BaseFont/Far" % subtype + widths + descriptor % (key, number))
        return number

    program = embedded(b"FarTrueType", b"TrueType", b"FontFile2", stream(fonts.truetype()))
    font(b"FarGlyphs", b"/Subtype/Type0/BaseFont/Far/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Far/DW 500"
         b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor<</Type/FontDescriptor/FontName/Far"
         b"/Flags 4/FontBBox[0 0 500 700]/ItalicAngle 0/Ascent 700/Descent 0/CapHeight 700/StemV 80/FontFile2 %d 0 R>>>>]" % program)  # fmt: skip
    embedded(b"FarCompact", b"Type1", b"FontFile3", stream(fonts.compact(), b"/Subtype/Type1C"))
    parts = fonts.type1()
    lengths = b"/Length1 %d/Length2 %d/Length3 %d" % tuple(map(len, parts))
    embedded(b"FarType1", b"Type1", b"FontFile", stream(b"".join(parts), lengths))
    form = b"/Subtype/Form/BBox[0 0 100 100]"
    thing(b"XObject", b"Form", stream(SMILE, form))
    thing(b"XObject", b"Turned", stream(SMILE, form + b"/Matrix[0 .5 -.5 0 60 10]"))
    thing(b"XObject", b"Unbound", stream(SMILE, b"/Subtype/Form/BBox[-900 -900 900 900]/Matrix[2 0 0 2 -30 -30]"))
    thing(b"XObject", b"Caller", stream(b"/Form Do", form))
    thing(b"XObject", b"OwnCaller", stream(b"/Form Do", form + b"/Resources<</XObject<<>>>>"))
    thing(b"XObject", b"OwnWriter", stream(b"BT /F 40 Tf 10 10 Td (nm) Tj ET", form + b"/Resources<</ProcSet[/PDF]>>"))
    thing(b"XObject", b"Group", stream(b"1 g " + SMILE, form + b"/Group<</S/Transparency/I true/K true>>"))
    thing(b"XObject", b"Leaving", stream(b"q q .1 0 0 .1 0 0 cm", form))
    thing(b"XObject", b"Stencil", stream(b"\x55", b"/Subtype/Image/Width 2/Height 1/BitsPerComponent 1/ImageMask true"))
    cell = b"/PatternType 1/PaintType %d/TilingType 1/BBox[0 0 %d %d]/XStep %d/YStep %d/Resources<</Font<</F " + HELVETICA + b">>>>"
    writing = b"BT /F 20 Tf 20 60 Td (pattern) Tj ET"
    thing(b"Pattern", b"Page", stream(writing, cell % (1, WIDTH, HEIGHT, WIDTH, HEIGHT)))
    thing(b"Pattern", b"Uncoloured", stream(writing, cell % (2, WIDTH, HEIGHT, WIDTH, HEIGHT)))
    thing(b"Pattern", b"Small", stream(b"2 2 3 3 re f", cell % (1, 8, 8, 8, 8)))
    sampled = stream(bytes(255 * (x // 4 % 2) for _ in range(32) for x in range(32)), b"/FunctionType 0/Domain[0 1 0 1]/Range[0 1]/Size[32 32]/BitsPerSample 8")
    number = 100 + len(objects)
    objects[number] = sampled
    shading = b"<</ShadingType 1/ColorSpace/DeviceGray/Domain[0 1 0 1]/Matrix[%d 0 0 %d 0 0]/Function %d 0 R>>" % (WIDTH, HEIGHT, number)
    drawn = thing(b"Shading", b"Drawn", shading)
    thing(b"Pattern", b"Shaded", b"<</PatternType 2/Shading %d 0 R>>" % drawn)
    mask = stream(b"1 g 0 0 %d %d re f 0 g BT /F 30 Tf 20 60 Td (mask) Tj ET" % (WIDTH, HEIGHT), b"/Subtype/Form/BBox[0 0 %d %d]/Group<</S/Transparency/CS/DeviceGray>>/Resources<</Font<</F %s>>>>" % (WIDTH, HEIGHT, HELVETICA))
    number = 100 + len(objects)
    objects[number] = mask
    for name, entries in {
        b"Mask": b"/SMask<</S/Luminosity/G %d 0 R>>" % number, b"NoMask": b"/SMask/None", b"Difference": b"/BM/Difference",
        b"Normal": b"/BM/Normal", b"Inverse": b"/TR %s" % INVERSE, b"Thick": b"/LW 30", b"Half": b"/ca .5/CA .5",
        b"Text": b"/Font[100 0 R 30]", b"Spike": b"/ML 500/LW 8",
    }.items():  # fmt: skip
        thing(b"ExtGState", name, b"<</Type/ExtGState%s>>" % entries)
    thing(b"ColorSpace", b"Turned", b"[/Separation/Ink/DeviceGray %s]" % INVERSE)
    thing(b"ColorSpace", b"Uncoloured", b"[/Pattern/DeviceGray]")
    thing(b"Properties", b"Layer", b"<</Type/OCG/Name(Layer)>>")
    assert image
    resources = b"".join(
        b"/%s<<%s>>" % (kind, b"".join(b"/%s %d 0 R" % entry for entry in entries.items())) for kind, entries in names.items()
    )
    return objects, b"<<" + resources + b">>", {kind: list(entries) for kind, entries in names.items()}


INVERSE = b"<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>"
GLYPHS = (
    b"/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[.001 0 0 .001 0 0]/Encoding<</Differences[65/a/a/a/a/a]>>"
    b"/FirstChar 65/LastChar 69/Widths[1000 1000 1000 1000 1000]%s/CharProcs<</a %d 0 R>>"
)
CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /One def /CMapType 1 def
1 begincodespacerange <00> <ff> endcodespacerange 1 begincidrange <00> <ff> 0 endcidrange endcmap end end"""


class Program:
    """One page's operators, a list of steps so that a finding can be made smaller."""

    def __init__(self, random, names):
        self.random, self.names = random, names

    def number(self, low=0, high=200):
        value = self.random.uniform(low, high)
        return b"%d" % value if self.random.random() < 0.7 else b"%.2f" % value

    def point(self):
        return self.number(5, WIDTH - 20) + b" " + self.number(5, HEIGHT - 20)

    def name(self, kind):
        return b"/" + self.random.choice(self.names[kind])

    def steps(self):
        kinds = [self.text, self.text, self.path, self.path, self.thing, self.state, self.ground, self.odd, self.deep]
        return [self.random.choice(kinds)() for _ in range(self.random.choice([1, 1, 2, 2, 3, 5]))]

    def wrapped(self, step):
        matrix = self.random.choice([b"", b"", b".5 0 0 .5 10 10 cm ", b"0 1 -1 0 160 0 cm ", b"1 0 0 -1 0 150 cm ", b"1 .5 0 1 0 -20 cm "])
        return b"q " + matrix + step + b" Q"

    def text(self):
        random = self.random
        shown = random.choice([b"(ABC)", b"<00010002>", b"(AB CE)", b"(A)", b"<00410042>", b"(  A)"])
        show = random.choice([
            shown + b" Tj", b"[" + shown + b" " + self.number(-3000, 3000) + b" (A)] TJ", shown + b" '",
            b"%s %s " % (self.number(0, 30), self.number(0, 30)) + shown + b' "',
        ])  # fmt: skip
        font = self.name(b"Font") if random.random() < 0.8 else random.choice([b"/FarTrueType", b"/FarGlyphs", b"/FarCompact", b"/FarType1"])
        parts = [b"%s %s Tf" % (font, self.number(8, 40))]
        for operator in (b"Tc", b"Tw", b"TL", b"Ts"):
            if random.random() < 0.15:
                parts.append(self.number(-20, 40) + b" " + operator)
        if random.random() < 0.15:
            parts.append(self.number(-150, 300) + b" Tz")
        if random.random() < 0.3:
            parts.append(b"%d Tr" % random.choice([0, 1, 2, 3, 3, 7]))
        place = self.point() + b" Td" if random.random() < 0.6 else random.choice([b"1 0 0 1 ", b"0 1 -1 0 ", b".5 0 .5 2 "]) + self.point() + b" Tm"
        return self.maybe(b"BT " + b" ".join([*parts, place, show]) + b" ET")

    def maybe(self, step):
        return self.wrapped(step) if self.random.random() < 0.5 else step

    def colour(self):
        return self.random.choice([
            b"0 g", b"1 g", b"1 1 1 rg", b"0 0 0 0 k", b"1 0 0 rg", b"/Turned cs 1 scn", b"/Pattern cs /Page scn", b"/Pattern cs /Small scn",
            b"/Uncoloured cs 0 /Uncoloured scn", b"/Pattern cs /Shaded scn", b"1 0 g", b"0 1 1 1 rg", b"1 g /Difference gs", b"1 g /Inverse gs",
        ])  # fmt: skip

    def path(self):
        random = self.random
        shape = random.choice([
            self.point() + b" 60 30 re", self.point() + b" m " + self.point() + b" l " + self.point() + b" l h",
            self.point() + b" m " + self.point() + b" l " + self.point() + b" l", self.point() + b" m " + b" ".join([self.point()] * 3) + b" c",
            self.point() + b" m " + self.point() + b" " + self.point() + b" v", b"-900 -900 2000 2000 re", b"-900 -900 2000 2000 re",
            b"5 5 m 100 8 l 5 11 l",
        ])  # fmt: skip
        paint = random.choice([b"f", b"f*", b"S", b"s", b"B", b"b*", b"W n", b"n"])
        width = random.choice([b"", b"", b"%s w " % self.number(0, 30), b"90 M 6 w ", b"1 J 12 w ", b"2 J 12 w ", b"-9 w ", b"/Spike gs "])
        return self.maybe(b" ".join([self.colour(), width, shape, paint]))

    def thing(self):
        random = self.random
        place = b"%s 0 0 %s %s cm " % (self.number(10, 90), self.number(10, 90), self.point())
        inline = b"BI /W 2 /H 1 /BPC 8 /CS /G ID " + random.choice([b"\x00\xff", b" EI ", b"\x00\xff EI 0 0 60 60 re f"]) + b" EI"
        return random.choice([
            b"q " + place + random.choice([b"/Image", b"/Stencil"]) + b" Do Q", b"q " + place + inline + b" Q",
            self.maybe(b"%s Do" % self.name(b"XObject")), self.wrapped(b"/Drawn sh"), b"/OC /Layer BDC " + self.text() + b" EMC",
            b"3 Tr /OwnWriter Do", b"1 g /Form Do",
        ])  # fmt: skip

    def state(self):
        return self.random.choice([b"%s gs" % self.name(b"ExtGState"), self.colour(), b"q", b"Q", b"Q Q", b"1 0 0 1 20 10 cm", b"3 Tr"])

    def ground(self):
        return self.colour() + b" -900 -900 2000 2000 re f"

    def odd(self):
        """What the standard does not provide for; readers have ways of their own with it."""
        return self.random.choice([
            b"9 1 0 0 1 60 40 cm", b"BT /F 20 Tf 9 60 40 Td (odd) Tj ET", b"BT /F 20 Tf 9 1 0 0 1 60 40 Tm (odd) Tj ET", b"1 0 0 1 60 40cm",
            b"BT 3 0 Tr /F 20 Tf 20 20 Td (odd) Tj ET", b"9 20 20 40 20 re f", b"/F BT /F 20 Tf 30 30 Td (odd) Tj ET", b"foo",
            b"1 0 0 1 60-40 5 cm", b"BX 1 2 foo EX", b"BT /F 30 5 Tf 20 60 Td (odd) Tj ET", b"30 2 w 10 80 m 200 80 l S", b"true 0 g",
            b"BT /F 9 Tf 9 200 Tz 20 90 Td (odd odd) Tj ET", b"1 0 0 1 60 40 0 0 cm", b"[1 0 0 1 60 40] cm", b"BT /F 20 Tf ET BT 30 90 Td (odd) Tj ET",
            b"BT /F 20 Tf 40 40 Td (odd)Tj(odd) ' ET", b"20 20 m 100 20 l 60 l 60 90 l f", b"null 20 20 50 50 re f", b"1 1 g 20 20 50 50 re f",
        ])  # fmt: skip

    def deep(self):
        depth = self.random.choice([30, 300, 511, 513, 1000])
        return b"q " * (depth - 2) + b"1 0 0 1 90 60 cm q q Q Q " + self.text() + b" Q" * (depth - 2)


def document(pages, settings=b""):
    """An unsigned file of pages, each a list of steps; the pages are the objects 10, 12, 14, …"""
    objects, resources, _ = library()
    numbers = [10 + 2 * index for index in range(len(pages))]
    assert numbers[-1] < 100
    objects[1] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d/Resources 3 0 R>>" % (b" ".join(b"%d 0 R" % n for n in numbers), len(pages))
    objects[3] = resources
    for number, steps in zip(numbers, pages):
        objects[number] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R%s>>" % (WIDTH, HEIGHT, number + 1, settings)
        objects[number + 1] = stream(b"\n".join(steps))
    return build(objects)


def inked(pictures, random):
    """A small rectangle of the page in which a renderer shows more than one colour; `None` where it shows one."""
    for _ in range(300):
        x, y = random.randrange(3, pictures.width - 4), random.randrange(3, pictures.height - 4)
        if not pictures.is_even(x, y, x + 3, y + 3):
            return x, pictures.height - y - 3, x + 3, pictures.height - y
    return None


def with_field(data, page, rectangle):
    """A new visible signature field in a later revision, which shows a white rectangle."""
    objects, first = objects_of(data), size_of(data)
    rect = b"[%d %d %d %d]" % rectangle
    field = b"<</FT/Sig/T(Late)/Type/Annot/Subtype/Widget/F 4/Rect%s/AP<</N %d 0 R>>>>" % (rect, first + 1)
    update = {first: field, first + 1: stream(b"1 g 0 0 9 9 re f", b"/Subtype/Form/BBox[0 0 9 9]")}
    add_field(data, objects, update, first)
    update[page] = put(objects[page], b"/Annots", b"[%s %d 0 R]" % ((get(objects[page], b"/Annots") or b"[]")[1:-1], first))
    return append(data, update)


def add_field(data, objects, update, field):
    """Writes the form anew with a field more."""
    root = root_of(data)
    place, value = root, get(objects[root], b"/AcroForm")
    form = value if value.startswith(b"<<") else objects[int(value.split()[0])]
    fields = get(form, b"/Fields")
    if not fields.startswith(b"["):
        number = int(fields.split()[0])
        update[number] = objects[number].rstrip()[:-1] + b" %d 0 R]" % field
        return
    form = put(form, b"/Fields", fields[:-1] + b" %d 0 R]" % field)
    if value.startswith(b"<<"):
        update[place] = put(objects[root], b"/AcroForm", form)
    else:
        update[int(value.split()[0])] = form
