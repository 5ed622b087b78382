# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Small documents with a form, annotations and whatever else a page can hang on, put together at random."""

from .raw import build, stream

WIDTH, HEIGHT = 240, 180
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
# Fields that may be filled: number, name, rectangle, an honest value.
FILLABLE = {
    20: (b"note", (20, 150, 100, 165), b"(noted)"), 21: (b"amount", (20, 130, 100, 145), b"(999)"),
    22: (b"agree", (110, 150, 122, 162), b"/Yes"), 23: (b"choice", (130, 150, 200, 165), b"(blue)"),
    29: (b"twin", (20, 110, 60, 122), b"(twin)"), 39: (b"other twin", (70, 110, 110, 122), b"(other)"),
}  # fmt: skip
RESERVED = (28, (120, 20, 200, 50))
FREE = [(205, 5, 235, 25), (5, 5, 30, 20), (205, 130, 238, 140)]
OVER = [(20, 70, 110, 90), (18, 148, 60, 166), (125, 60, 170, 100), (20, 20, 60, 40)]


def shown(text, width=80, height=15, entries=b""):
    """An appearance that shows a text."""
    content = b"BT /F 9 Tf 2 4 Td (%s) Tj ET" % text
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources<</Font<</F 60 0 R>>>>%s" % (width, height, entries))


def widget(name, rectangle, entries):
    return b"<</Type/Annot/Subtype/Widget/F 4/T(%s)/Rect[%d %d %d %d]/P 3 0 R%s>>" % (name, *rectangle, entries)


def drawn(random):
    """The first page's operators; every named resource is drawn."""
    parts = [
        b"BT /F 12 Tf 20 75 Td (Contract: pay 100) Tj ET", b"q .8 .9 1 rg 125 60 45 40 re f Q", b"BT /T3 10 Tf 130 70 Td (ab) Tj ET",
        b"q 30 0 0 20 25 20 cm /Image Do Q", b"q 1 0 0 1 70 20 cm /Form Do Q", b"q /State gs 1 0 0 rg 180 65 20 20 re f Q",
        b"q /Pattern cs /Cells scn 180 95 25 20 re f Q", b"/OC /Layer BDC BT /F 8 Tf 210 110 Td (shown) Tj ET EMC",
        b"/OC /Hidden BDC BT /F 8 Tf 210 100 Td (hidden) Tj ET EMC", b"q /Space cs .5 scn 180 30 20 10 re f Q",
        b"/Ghost Do", b"q /Ghost gs Q", b"BT /Coded 9 Tf 20 95 Td <0102> Tj ET",
    ]  # fmt: skip
    random.shuffle(parts)
    return b"\n".join(parts)


def document(random):
    """An unsigned file."""
    choose = random.random
    objects = {}
    annotations = [20, 21, 22, 23, 24, 25, 27, 28, 29, 39, 40, 42, 43, 45, 46, 98]
    fields = [20, 21, 22, 23, 26, 27, 28, 29, 39]
    random.shuffle(annotations)
    references = lambda numbers: b"[" + b" ".join(b"%d 0 R" % number for number in numbers) + b"]"  # noqa: E731

    resources = (
        b"<</Font<</F 60 0 R/T3 61 0 R/Coded 73 0 R>>/XObject<</Image 64 0 R/Form 65 0 R/Ghost 97 0 R>>/ExtGState<</State 63 0 R/Ghost 96 0 R>>"
        b"/Pattern<</Cells 67 0 R>>/Properties<</Layer 66 0 R/Hidden 90 0 R>>/ColorSpace<</Space 70 0 R>>>>"
    )
    inherits = choose() < 0.5
    objects[2] = b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2/MediaBox[0 0 %d %d]%s>>" % (WIDTH, HEIGHT, b"/Resources 10 0 R" if inherits else b"")
    objects[10] = resources
    listed = b"8 0 R" if choose() < 0.5 else references(annotations)
    objects[8] = references(annotations)
    objects[3] = b"<</Type/Page/Parent 2 0 R/Contents %s/Annots %s%s>>" % (
        random.choice([b"4 0 R", b"[4 0 R]", b"11 0 R"]), listed, b"" if inherits else b"/Resources 10 0 R",
    )  # fmt: skip
    objects[11] = b"[4 0 R 12 0 R]"
    objects[12] = stream(b"BT /F 6 Tf 5 30 Td (second part) Tj ET")
    operators = drawn(random)
    objects[4] = stream(operators, compressed=choose() < 0.5)
    if choose() < 0.3:
        objects[13] = b"%d" % len(operators)
        objects[4] = stream(operators).replace(b"/Length %d" % len(operators), b"/Length 13 0 R")
    objects[5] = b"<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources<</Font<</F 60 0 R>>>>>>"
    objects[6] = stream(b"BT /F 12 Tf 20 100 Td (page two) Tj ET")

    form = b"<</Fields %s/DA(/F 9 Tf 0 g)/DR<</Font<</F 60 0 R>>>>%s>>" % (references(fields), b"/NeedAppearances true" if choose() < 0.1 else b"")
    objects[7] = form
    placed = {number: widget(name, rectangle, b"/FT/Tx/DA(/F 9 Tf 0 g)") for number, (name, rectangle, _) in FILLABLE.items()}
    objects[20] = placed[20].replace(b"/FT", b"/AP<</N 30 0 R>>/FT") if choose() < 0.5 else placed[20]
    objects[21] = placed[21].replace(b"/FT", b"/V(100)/AP %s/FT" % random.choice([b"<</N 31 0 R>>", b"50 0 R"]))
    objects[50], objects[30], objects[31] = b"<</N 31 0 R>>", shown(b""), shown(b"100")
    objects[22] = widget(b"agree", FILLABLE[22][1], b"/FT/Btn/V/Off/AS/Off/AP<</N<</Yes 32 0 R/Off 33 0 R>>>>/MK<</CA(4)>>")
    objects[32], objects[33] = shown(b"x", 12, 12), shown(b"", 12, 12)
    objects[23] = placed[23].replace(b"/FT/Tx", b"/FT/Ch/Ff 131072/Opt[(red)(blue)]/V(red)/AP<</N 34 0 R>>")
    objects[34] = shown(b"red", 70)
    objects[26] = b"<</FT/Btn/Ff 49152/T(radio)/Kids[24 0 R 25 0 R]/V/A>>"
    for number, state, left in ((24, b"A", 110), (25, b"B", 124)):
        objects[number] = (
            b"<</Type/Annot/Subtype/Widget/F 4/Parent 26 0 R/Rect[%d 130 %d 142]/AS/%s/AP<</N<</%s 32 0 R/Off 33 0 R>>>>>>"
            % (left, left + 12, b"A" if state == b"A" else b"Off", state)
        )
    objects[27] = widget(b"push", (140, 130, 190, 143), b"/FT/Btn/Ff 65536/AP<</N 35 0 R>>/MK<</CA(push)>>")
    objects[35] = shown(b"push", 50, 13)
    lock = random.choice([b"", b"/Lock<</Type/SigFieldLock/Action/Include/Fields[(amount)]>>", b"/Lock<</Type/SigFieldLock/Action/All>>"])
    objects[28] = widget(b"reserved", RESERVED[1], b"/FT/Sig" + lock)
    # Two fields share an appearance dictionary, whose streams stand two objects below.
    shared = b"/AP %s/AS/On/FT" % random.choice([b"51 0 R", b"<</N 52 0 R>>", b"<</N 53 0 R>>"])
    objects[29], objects[39] = placed[29].replace(b"/FT", b"/V(shared)" + shared), placed[39].replace(b"/FT", b"/V(shared)" + shared)
    objects[51], objects[52], objects[53] = b"<</N 52 0 R>>", b"<</On 53 0 R>>", shown(b"shared", 40, 12)
    decorate(objects, random)
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/AcroForm %s%s>>" % (
        b"7 0 R" if choose() < 0.5 else form,
        b"/Outlines 80 0 R/PageLabels 82 0 R/ViewerPreferences 83 0 R/Metadata 84 0 R/Names 85 0 R/OCProperties 88 0 R",
    )
    return build(objects, b"/Info 87 0 R", random.choice(["table", "table", "stream", "compact"]))


def decorate(objects, random):
    """Annotations, resources and the catalogue's other parts."""
    objects[40] = b"<</Type/Annot/Subtype/Square/F 4/Rect[20 20 60 40]/C[1 0 0]/AP<</N 41 0 R>>>>"
    objects[41] = stream(b"1 0 0 RG 2 2 36 16 re S", b"/Subtype/Form/BBox[0 0 40 20]/Resources<<>>")
    objects[42] = b"<</Type/Annot/Subtype/Text/F 28/Rect[210 60 230 80]/Contents(a note)>>"
    objects[43] = b"<</Type/Annot/Subtype/Stamp/F 4/Rect[60 50 110 65]/OC 66 0 R/AP<</N 44 0 R>>>>"
    objects[44] = shown(b"PAID", 50)
    objects[45] = b"<</Type/Annot/Subtype/Link/Rect[20 70 60 90]/Border[0 0 1]/A<</S/URI/URI(http://a.test)>>>>"
    objects[46] = b"<</Type/Annot/Subtype/FreeText/F 4/Rect[130 105 175 125]/DA(/F 9 Tf 0 g)/Contents(free)%s>>" % random.choice([b"", b"/AP<</N 47 0 R>>"])
    objects[47] = shown(b"free", 45)
    objects[60] = HELVETICA
    objects[61] = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/Encoding 69 0 R/FirstChar 97/LastChar 98"
        b"/Widths 74 0 R/CharProcs<</a 62 0 R/b 62 0 R>>/Resources<<>>>>"
    )
    objects[62], objects[69], objects[74] = stream(b"10 0 d0 0 0 6 8 re f"), b"<</Type/Encoding/Differences[97/a/b]>>", b"[8 8]"
    objects[63] = b"<</Type/ExtGState/ca .6/SMask/None>>"
    objects[64] = stream(b"\x00\x80\xff\x40", b"/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray")
    objects[65] = stream(b"0 0 20 10 re S", b"/Subtype/Form/BBox[0 0 30 30]")
    objects[66], objects[90] = b"<</Type/OCG/Name(Layer)>>", b"<</Type/OCG/Name(Hidden)>>"
    objects[67] = stream(b"1 1 3 3 re f", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 6 6]/XStep 6/YStep 6/Resources<<>>")
    objects[70], objects[71] = b"[/Separation/Spot/DeviceGray 71 0 R]", b"<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>"
    objects[73] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding 75 0 R/ToUnicode 68 0 R/FirstChar 1/LastChar 2/Widths[600 600]>>"
    objects[75], objects[68] = b"<</Type/Encoding/Differences[1/one/zero]>>", stream(b"begincmap endcmap")
    objects[80], objects[81] = b"<</First 81 0 R/Last 81 0 R/Count 1>>", b"<</Title(One)/Parent 80 0 R/Dest[3 0 R/Fit]>>"
    objects[82], objects[83] = b"<</Nums[0<</S/D>>]>>", b"<</DisplayDocTitle true>>"
    objects[84] = stream(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", b"/Type/Metadata/Subtype/XML")
    objects[85], objects[86] = b"<</Dests 86 0 R>>", b"<</Names[(one)[3 0 R/Fit]]>>"
    objects[87] = b"<</Title(Contract)/Producer(test)>>"
    objects[88], objects[89] = b"<</OCGs[66 0 R 90 0 R]/D 89 0 R>>", b"<</ON[66 0 R]/OFF[90 0 R]/Order[66 0 R 90 0 R]>>"
