# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Changes to a signed document, honest and dishonest ones, that are put together at random into later revisions."""

import re

from .contents import add_field
from .documents import FILLABLE, FREE, OVER, RESERVED, shown
from .raw import append, build, get, objects_of, put, root_of, size_of, start_of, stream

EVIL = b"q 1 1 1 rg 0 0 900 900 re f Q BT /F 30 Tf 20 60 Td (EVIL 999) Tj ET"
ENTRIES = [
    b"/Rotate 90", b"/CropBox[0 0 100 100]", b"/MediaBox[0 0 300 300]", b"/UserUnit 2", b"/Contents 6 0 R", b"/Resources<<>>", b"/F 2", b"/F 6",
    b"/AS/Off", b"/AS/Yes", b"/Hidden true", b"/OC 90 0 R", b"/V(999)", b"/DV(999)", b"/MK<</BG[0]/R 90>>", b"/BS<</W 30>>", b"/Border[0 0 30]",
    b"/Rect[0 0 200 150]", b"/Matrix[3 0 0 3 0 0]", b"/BBox[0 0 400 400]", b"/FontMatrix[1 0 0 1 0 0]", b"/Decode[1 0]", b"/Width 1", b"/SMask 64 0 R",
    b"/ca 0", b"/BM/Difference", b"/FontFile 4 0 R", b"/BaseFont/Symbol", b"/Encoding/MacExpertEncoding", b"/Ff 65536", b"/FT/Btn", b"/Q 2", b"/MaxLen 1",
    b"/DA(/F 30 Tf 1 0 0 rg)", b"/Group<</S/Transparency/I true>>", b"/AA<<>>", b"/NeedAppearances true", b"/XFA 84 0 R", b"/OFF[66 0 R]", b"/BaseState/OFF",
    b"/AP<</N 41 0 R>>", b"/Subtype/Stamp", b"/Parent 26 0 R", b"/Kids[5 0 R 3 0 R]", b"/Filter/ASCIIHexDecode", b"/DecodeParms<</Predictor 12>>", b"/DP<<>>",
    b"/Length 1", b"/I true", b"/M(D:2026)", b"/TI 1", b"/Name/Evil", b"/Open true", b"/C[0 0 1]", b"/IC[0 0 1]", b"/TR/Identity", b"/LW 30", b"/XStep 2", b"/N 9",
]  # fmt: skip


class Change:
    """A revision that is put together; later steps see what earlier ones wrote."""

    def __init__(self, data, random):
        self.data, self.random = data, random
        self.objects, self.update, self.free = objects_of(data), {}, []
        self.next = max(size_of(data), 200)
        # An update goes on as the file does, unless a step wants otherwise.
        self.style = "stream" if self.start_is_stream() else "table"
        self.between, self.trailer = b"", b""
        # Where something may look different, and where something may appear on free paper, by page.
        self.allowed, self.claims = [], []
        self.after = []

    def start_is_stream(self):
        return not self.data[start_of(self.data) :].startswith(b"xref")

    def body(self, number):
        return self.update.get(number, self.objects.get(number, b"<<>>"))

    def new(self, body):
        self.next += 1
        self.update[self.next - 1] = body
        return self.next - 1

    def set(self, number, key, value):
        body = self.body(number)
        if not body.startswith(b"<<"):
            return
        head, mark, tail = body.partition(b">>\nstream\n") if body.endswith(b"endstream") else (body, b"", b"")
        self.update[number] = put(head + b">>", key, value)[:-2] + mark + tail if mark else put(body, key, value)

    def annotate(self, page, number):
        listed = get(self.body(page), b"/Annots") or b"[]"
        if listed.startswith(b"["):
            self.set(page, b"/Annots", listed[:-1] + b" %d 0 R]" % number)
        else:
            holder = int(listed.split()[0])
            self.update[holder] = self.body(holder).rstrip()[:-1] + b" %d 0 R]" % number

    def field(self, number):
        merged = {**self.objects, **self.update}
        add_field(self.data, merged, self.update, number)

    def write(self):
        data = append(self.data, self.update, self.style, self.trailer, self.free, between=self.between)
        for step in self.after:
            data = step(data)
        return data


def odd(random):
    """An appearance whose box and matrix readers have to make something of."""
    box = random.choice([b"/BBox[0 0 200 200]", b"/BBox[0 0 0 0]", b"/BBox[0 0 .001 .001]", b"/BBox[-900 -900 900 900]", b"", b"/BBox[0 0 (a) 1]", b"/BBox[0 0 9]", b"/BBox[9 9 0 0]"])
    matrix = random.choice([b"", b"/Matrix[0 0 0 0 0 0]", b"/Matrix[1 0 0 1 90 90]", b"/Matrix[9 0 0 9 0 0]", b"/Matrix[0 1 -1 0 0 0]", b"/Matrix[1 0 0 1 5]", b"/Matrix[1 0 1 0 0 0]"])
    return stream(EVIL, b"/Subtype/Form/Resources<</Font<</F 60 0 R>>>>" + box + matrix)


# Honest changes.


def filled(change):
    number = change.random.choice(list(FILLABLE))
    name, rectangle, value = FILLABLE[number]
    change.set(number, b"/V", value)
    if number == 22:
        change.set(number, b"/AS", value)
    else:
        honest = shown(value[1:-1], rectangle[2] - rectangle[0])
        new = change.new(honest if change.random.random() < 0.6 else odd(change.random))
        change.set(number, b"/AP", b"<</N %d 0 R>>" % new)
        change.set(number, b"/AS", None)
    change.allowed.append((3, rectangle))
    assert name


def filled_in_place(change):
    """The appearance's own stream is written again, which other fields may use too."""
    number = change.random.choice([21, 23, 29, 39])
    change.set(number, b"/V", b"(%d)" % change.random.randrange(1000))
    stream_number = {21: 31, 23: 34}.get(number, 53)
    change.update[stream_number] = shown(b"FILL")
    change.allowed.append((3, FILLABLE[number][1]))


def sealed(change):
    """A new visible field for a signature, on free paper or not."""
    rectangle = change.random.choice(FREE + OVER)
    appearance = change.new(shown(b"seal", 30) if change.random.random() < 0.6 else odd(change.random))
    flags = change.random.choice([4, 132, 4, 0, 36, 6])
    entries = change.random.choice([b"", b"", b"/MK<</BG[1 0 0]>>", b"/BS<</W 9>>", b"/H/P", b"/AS/N", b"/Border[0 0 20]"])
    field = change.new(
        b"<</FT/Sig/T(Seal%d)/Type/Annot/Subtype/Widget/F %d/Rect[%d %d %d %d]/AP<</N %d 0 R>>%s>>"
        % (change.next, flags, *rectangle, appearance, entries)
    )
    page = change.random.choice([3, 5])
    change.annotate(page, field)
    change.field(field)
    change.claims.append((page, rectangle))


def reserved_signed(change):
    number, rectangle = RESERVED
    value = change.new(b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Contents<00>/ByteRange[0 0 0 0]>>")
    change.set(number, b"/V", b"%d 0 R" % value)
    change.set(number, b"/AP", b"<</N %d 0 R>>" % change.new(shown(b"signed") if change.random.random() < 0.6 else odd(change.random)))
    change.allowed.append((3, rectangle))


def secured(change):
    certificate = change.new(stream(b"certificate"))
    store = b"<</Certs[%d 0 R%s]>>" % (certificate, change.random.choice([b"", b"", b" 4 0 R"]))
    change.set(root_of(change.data), b"/DSS", change.random.choice([store, b"%d 0 R" % change.new(store)]))


def described(change):
    change.update[84] = stream(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'> </x:xmpmeta>", b"/Type/Metadata/Subtype/XML")
    change.update[87] = b"<</Title(Another)/Producer(test)>>"


def rewritten(change):
    number = change.random.choice(sorted(change.objects))
    change.update.setdefault(number, change.objects[number])


def annotated(change):
    """An annotation of any kind, with or without an appearance."""
    random = change.random
    kind = random.choice([
        b"Text", b"FreeText", b"Line/L[20 75 200 75]", b"Line/L[206 6 230 20]", b"Square", b"Circle", b"Polygon/Vertices[206 6 230 20 210 20]", b"Ink/InkList[[206 6 230 20]]",
        b"Highlight/QuadPoints[206 20 230 20 206 6 230 6]", b"Underline/QuadPoints[20 90 100 90 20 70 100 70]", b"Stamp", b"Caret", b"Popup", b"Watermark", b"Link",
        b"FileAttachment", b"Redact", b"Squiggly/QuadPoints[206 20 230 20 206 6 230 6]", b"FreeText/IT/FreeTextCallout/CL[20 75 200 75]", b"Widget/FT/Tx/T(late)",
        b"Stamp/Name/Approved", b"PolyLine/Vertices[206 6 230 20 210 20]", b"Screen", b"TrapNet", b"3D",
    ])  # fmt: skip
    rectangle = random.choice(FREE + OVER)
    entries = b"".join(random.sample([
        b"/F %d" % random.choice([4, 0, 28, 8, 16, 64]), b"/BS<</W %d>>" % random.choice([1, 9, 90]), b"/BE<</S/C/I 2>>", b"/C[1 0 0]", b"/IC[0 1 0]", b"/RD[-90 -90 -90 -90]",
        b"/LE[/ClosedArrow/OpenArrow]", b"/DA(/F 40 Tf 0 g)", b"/Contents(much more text than there is room for in this place)", b"/Open true", b"/LL 40/LLE 9/LLO 9",
        b"/Cap true", b"/MK<</R 90>>", b"/Border[0 0 90]", b"/Rotate 90", b"/CO[40 40]", b"/AS/A", b"/DS(font: 40pt Arial)", b"/RC(<body>more</body>)", b"/OC 66 0 R",
    ], random.randint(0, 5)))  # fmt: skip
    if random.random() < 0.5:
        appearance = change.new(odd(random))
        entries += b"/AP<</N %d 0 R>>" % appearance
    number = change.new(b"<</Type/Annot/Rect[%d %d %d %d]/Subtype/%s%s>>" % (*rectangle, kind, entries))
    page = random.choice([3, 5])
    change.annotate(page, number)
    if kind.startswith(b"Text"):
        # Readers give a note's icon a size of its own.
        left, low, right, high = rectangle
        rectangle = (left, min(low, high - 24), max(right, left + 24), max(high, low + 24))
    change.claims.append((page, rectangle))


# Dishonest changes.


def entry_added(change):
    number = change.random.choice(sorted(change.objects))
    entry = change.random.choice(ENTRIES)
    key = re.match(rb"/[A-Za-z]+", entry).group()
    change.set(number, key, b" " + entry[len(key) :])


def entry_removed(change):
    number = change.random.choice(sorted(change.objects))
    keys = re.findall(rb"/[A-Za-z]+", change.body(number).partition(b"stream")[0])
    if keys:
        change.set(number, change.random.choice(keys), None)


def number_changed(change):
    number = change.random.choice(sorted(change.objects))
    head, mark, tail = change.body(number).partition(b"\nstream\n")
    places = list(re.finditer(rb"(?<![\w.])\d+(?![\w.])", head))
    if places:
        place = change.random.choice(places)
        change.update[number] = head[: place.start()] + b"%d" % change.random.choice([0, 1, 2, 9, 90, 300]) + head[place.end() :] + mark + tail


def reference_turned(change):
    number = change.random.choice(sorted(change.objects))
    head, mark, tail = change.body(number).partition(b"\nstream\n")
    places = list(re.finditer(rb"(\d+) 0 R", head))
    if places:
        place = change.random.choice(places)
        target = change.random.choice([*change.objects, change.new(stream(EVIL, b"/Subtype/Form/BBox[0 0 900 900]/Resources 10 0 R"))])
        change.update[number] = head[: place.start()] + b"%d 0 R" % target + head[place.end() :] + mark + tail


def stream_replaced(change):
    numbers = [number for number in change.objects if change.objects[number].endswith(b"endstream")]
    number = change.random.choice(sorted(numbers))
    head = change.objects[number].partition(b"\nstream\n")[0]
    entries = put(put(head, b"/Length", None), b"/Filter", None)[2:-2]
    change.update[number] = stream(EVIL, entries)


def freed(change):
    change.free.append((change.random.choice(sorted(change.objects)), change.random.choice([0, 1, 65535])))
    change.update.pop(change.free[-1][0], None)


def ghost_filled(change):
    number = change.random.choice([96, 97, 98])
    body = {96: b"<</ca 0>>", 97: stream(EVIL, b"/Subtype/Form/BBox[0 0 900 900]/Resources 10 0 R")}
    change.update[number] = body.get(number, b"<</Type/Annot/Subtype/Stamp/Rect[0 0 200 150]/AP<</N %d 0 R>>>>" % change.new(shown(b"ghost")))


def generation_raised(change):
    number = change.random.choice([4, 3, 31, 60, 20, 64])
    body = change.body(number)
    change.update.pop(number, None)
    change.update[number, 1] = stream(EVIL) if number == 4 else body


def value_kept(change):
    """Another appearance while the value stays."""
    number = change.random.choice([20, 21, 22, 23, 24, 27, 29])
    change.set(number, b"/AP", b"<</N %d 0 R>>" % change.new(shown(b"999")))
    change.set(number, change.random.choice([b"/M", b"/TM", b"/AS"]), change.random.choice([b"(D:2026)", b"/On", b"/Off"]))


def catalogue_changed(change):
    root = root_of(change.data)
    key, value = change.random.choice([
        (b"/OCProperties", b"<</OCGs[66 0 R 90 0 R]/D<</OFF[66 0 R]>>>>"), (b"/OpenAction", b"<</S/JavaScript/JS(1)>>"), (b"/AA", b"<<>>"), (b"/Names", b"<<>>"),
        (b"/PageLabels", b"<</Nums[0<</S/R>>]>>"), (b"/ViewerPreferences", b"<</HideToolbar true>>"), (b"/Version", b"/2.0"), (b"/Extensions", b"<</X<</BaseVersion/1.7/ExtensionLevel 1>>>>"),
        (b"/Pages", b"%d 0 R" % change.new(b"<</Type/Pages/Kids[5 0 R 3 0 R]/Count 2/MediaBox[0 0 240 180]/Resources 10 0 R>>")), (b"/Lang", b"(vi)"), (b"/PageMode", b"/UseOC"),
        (b"/Collection", b"<<>>"), (b"/NeedsRendering", b"true"), (b"/Requirements", b"[]"), (b"/StructTreeRoot", b"<<>>"), (b"/Perms", b"<<>>"), (b"/Legal", b"<<>>"), (b"/AF", b"[]"),
    ])  # fmt: skip
    change.set(root, key, b" " + value)


def form_changed(change):
    root = root_of(change.data)
    key, value = change.random.choice([
        (b"/NeedAppearances", b" true"), (b"/DA", b"(/F 30 Tf 1 0 0 rg)"), (b"/DR", b"<</Font<</F 73 0 R>>>>"), (b"/DR", b"<</Font<</F 60 0 R/G 73 0 R>>>>"), (b"/XFA", b" 84 0 R"),
        (b"/CO", b"[21 0 R]"), (b"/SigFlags", b" 0"), (b"/Q", b" 2"), (b"/NeedAppearances", b" false"),
    ])  # fmt: skip
    value_before = get(change.body(root), b"/AcroForm") or b"<<>>"
    if value_before.startswith(b"<<"):
        change.set(root, b"/AcroForm", put(value_before, key, value))
    else:
        change.set(int(value_before.split()[0]), key, value)


def annotations_changed(change):
    listed = get(change.body(3), b"/Annots") or b"[]"
    holder = 3 if listed.startswith(b"[") else 8
    body = listed if holder == 3 else change.body(8)
    elements = re.findall(rb"\d+ 0 R", body) or [b"40 0 R"]
    change.random.choice([elements.reverse, elements.pop, lambda: elements.append(elements[0])])()
    array = b"[" + b" ".join(elements) + b"]"
    if holder == 3:
        change.set(3, b"/Annots", array)
    else:
        change.update[8] = array


# The file itself.


def unlisted(change):
    """Objects that no cross-reference names, for readers that look for objects themselves."""
    evil = b"4 0 obj\n" + stream(EVIL) + b"\nendobj\n"
    change.between += change.random.choice([evil, b"%%EOF\n" + evil, b"trailer<</Root 1 0 R/Size 300>>\n" + evil, b"1 0 obj\n<<>>\nendobj\n", build({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"})])


def styled(change):
    change.style = change.random.choice(["table", "stream", "compact"])


def pointed(change):
    """An entry of the table that leads elsewhere."""

    def turn(data):
        start = start_of(data)
        entries = list(re.finditer(rb"\d{10} (?=00000 n)", data[start:]))
        if not entries:
            return data
        entry = change.random.choice(entries)
        place = start + entry.start()
        target = change.random.choice([0, start, len(data) - 5, data.find(b" obj") - 1, int(data[place : place + 10]) + change.random.choice([-1, 1, 2])])
        return data[:place] + b"%010d" % max(target, 0) + data[place + 10 :]

    change.after.append(turn)


def tailed(change):
    evil = b"4 0 obj\n" + stream(EVIL) + b"\nendobj\n"
    tails = [b"\n", b"garbage\n", evil, b"%%EOF", b"startxref\n0\n%%EOF\n", evil + b"xref\n0 0\ntrailer<</Root 1 0 R>>\n", b"\x00" * 40]
    tail = change.random.choice(tails)
    change.after.append(lambda data: data + tail)


def trailed(change):
    change.trailer += change.random.choice([b"/Root 5 0 R", b"/Evil 4 0 R", b"/XRefStm 15", b"/Size 9", b"/Encrypt 84 0 R", b"/Prev 9", b"/Type/XRef"])


HONEST = [filled, filled, filled_in_place, sealed, reserved_signed, secured, described, rewritten, annotated, annotated]
DISHONEST = [
    entry_added, entry_added, entry_removed, number_changed, number_changed, reference_turned, stream_replaced, freed, ghost_filled, generation_raised,
    value_kept, catalogue_changed, form_changed, annotations_changed,
]  # fmt: skip
STRUCTURE = [unlisted, styled, styled, pointed, tailed, trailed]


def steps(random):
    """A composition: some honest changes, often a dishonest one among them, sometimes an odd structure."""
    chosen = random.choices(HONEST, k=random.choice([0, 1, 1, 2, 3]))
    chosen += random.choices(DISHONEST, k=random.choice([0, 0, 1, 1, 1, 2]))
    chosen += random.choices(STRUCTURE, k=random.choice([0, 0, 1]))
    random.shuffle(chosen)
    return chosen or [rewritten]
