"""Writes DecompositionData.cs from Python's own unicodedata: python3 make_unicode_tables.py > DecompositionData.cs"""
import base64
import unicodedata
import zlib


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


mappings, classes, last = [], [], 0
for cp in range(0x110000):
    d = unicodedata.decomposition(chr(cp)).split()
    if d and not 0xAC00 <= cp <= 0xD7A3:
        compatible = d[0].startswith("<")
        target = [int(x, 16) for x in (d[1:] if compatible else d)]
        text = "".join(map(chr, target))
        composes = not compatible and len(target) == 2 and unicodedata.normalize("NFC", text) == chr(cp)
        mappings.append(varint(cp - last) + varint(len(target) << 2 | compatible << 1 | composes) + b"".join(map(varint, target)))
        last = cp
start, last = 0, 0
previous = 0
for cp in range(0x110000):
    c = unicodedata.combining(chr(cp))
    if c != previous:
        if previous:
            classes.append(varint(start - last) + varint(cp - start) + varint(previous))
            last = cp
        start, previous = cp, c
raw = varint(len(mappings)) + b"".join(mappings) + varint(len(classes)) + b"".join(classes)
packed = base64.b64encode(zlib.compress(raw, 9)).decode()
print(f"""namespace VisionCluster.Models.Tokenization.Unicode;

/// <summary>
/// Decompositions and combining classes of Unicode {unicodedata.unidata_version}, packed (zlib, base64) by <c>make_unicode_tables.py</c>, which says how.
/// </summary>
internal static class DecompositionData
{{
    public const string Packed =""")
lines = [packed[i:i + 128] for i in range(0, len(packed), 128)]
print(" +\n".join(f'        "{line}"' for line in lines) + ";\n}")
