"""Small writers of every container format, out of bytes, independent of the package under test.

Load from a test with ``make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))``.
"""

import struct
import zlib
from base64 import b64encode

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_NAMESPACE = b"http://ns.adobe.com/xap/1.0/\0"
XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")


# Payloads


def c2pa_store(body=b"x" * 40):
    """A JUMBF superbox with the header of a manifest store; the body means nothing."""
    content = b"\0\0\0\x1ejumd" + bytes.fromhex("6332706100110010800000AA00389B71") + b"\x03c2pa\0" + body
    return struct.pack(">I", 8 + len(content)) + b"jumb" + content


def xmp_packet(inner='<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">t</dc:title>', attributes=""):
    """An XMP packet whose one rdf:Description holds ``inner`` and ``attributes``."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def tiff(ifd0, exif=(), gps=(), *, order="<", thumbnail=None, next_ifd=0, extra_ifds=()):
    """A TIFF structure; entries are ``(tag, type, count, raw)``, ``extra_ifds`` maps a link tag to further entries."""
    links = [(tag, entries) for tag, entries in ((0x8769, exif), (0x8825, gps), *extra_ifds) if entries]
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8))

    def directory(entries, following=0):
        start = len(out)
        out.extend(struct.pack(f"{order}H", len(entries)) + bytes(12 * len(entries)) + struct.pack(f"{order}I", following))
        for index, (tag, type_, count, raw) in enumerate(entries):
            at = start + 2 + 12 * index
            value = raw.ljust(4, b"\0")
            if len(raw) > 4:
                value = struct.pack(f"{order}I", len(out))
                out.extend(raw + b"\0" * (len(raw) % 2))
            out[at : at + 12] = struct.pack(f"{order}HHI", tag, type_, count) + value
        return start

    first = [*ifd0, *((tag, 4, 1, bytes(4)) for tag, _ in links)]
    start = directory(first, next_ifd)
    for index, (_, entries) in enumerate(links):
        at = start + 2 + 12 * (len(ifd0) + index) + 8
        out[at : at + 4] = struct.pack(f"{order}I", len(out))
        directory(entries)
    if thumbnail is not None:
        at = start + 2 + 12 * len(first)
        out[at : at + 4] = struct.pack(f"{order}I", len(out))
        place = len(out) + 2 + 24 + 4
        directory([(0x0201, 4, 1, struct.pack(f"{order}I", place)), (0x0202, 4, 1, struct.pack(f"{order}I", len(thumbnail)))])
        out.extend(thumbnail)
    return bytes(out)


def ascii_tag(tag, text):
    """An ASCII entry, UTF-8 in practice, ending in NUL."""
    raw = text.encode() + b"\0"
    return (tag, 2, len(raw), raw)


def user_comment(raw):
    """The UserComment entry."""
    return (0x9286, 7, len(raw), raw)


def iim(*data_sets):
    """IPTC-IIM data sets from ``(record, number, bytes)``."""
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(value)) + value for record, number, value in data_sets)


def photoshop_resources(*blocks):
    """8BIM blocks from ``(id, bytes)``."""
    return b"".join(
        b"8BIM" + struct.pack(">H", identifier) + b"\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
        for identifier, data in blocks
    )


# JPEG


def segment(marker, payload=b""):
    """One marker segment."""
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(segments=(), *, scan=b"\x12\x34\xff\x00\x56\xff\xd0\x78", before_scan=(), end=b"\xff\xd9"):
    """A JPEG with the given segments after SOI; its picture data cannot be decoded."""
    tables = [segment(0xDB, b"\0" + bytes(range(1, 65))), segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")]
    return b"\xff\xd8" + b"".join((*segments, *tables, *before_scan)) + segment(0xDA, b"\x01\x01\0\0\x3f\0") + scan + end


def jpeg_xmp(packet):
    """APP1 with an XMP packet."""
    return segment(0xE1, XMP_NAMESPACE + packet)


def jpeg_extended_xmp(guid, total, offset, piece):
    """APP1 with one piece of extended XMP."""
    return segment(0xE1, XMP_EXTENSION + guid + struct.pack(">II", total, offset) + piece)


def jpeg_exif(data):
    """APP1 with EXIF."""
    return segment(0xE1, b"Exif\0\0" + data)


def jpeg_c2pa(store, *, instance=1, piece=64_000, first=1):
    """APP11 segments of one store."""
    pieces = [store[8:][at : at + piece] for at in range(0, len(store) - 8, piece)]
    return [
        segment(0xEB, b"JP" + struct.pack(">HI", instance, number) + store[:8] + data) for number, data in enumerate(pieces, start=first)
    ]


# PNG


def chunk(kind, data=b"", *, crc=None):
    """One chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png(chunks=(), *, after=(), width=2, height=2, trailing=b""):
    """A decodable grey PNG with chunks before and after the picture data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height))))
    return PNG_SIGNATURE + head + b"".join((*chunks, picture, *after)) + chunk(b"IEND") + trailing


def text_chunk(key, value):
    """A tEXt chunk."""
    return chunk(b"tEXt", key.encode("latin-1") + b"\0" + value)


def ztxt_chunk(key, value):
    """A zTXt chunk."""
    return chunk(b"zTXt", key.encode("latin-1") + b"\0\0" + zlib.compress(value))


def itxt_chunk(key, value, *, compressed=False):
    """An iTXt chunk."""
    data = zlib.compress(value) if compressed else value
    return chunk(b"iTXt", key.encode("latin-1") + b"\0" + bytes((compressed, 0)) + b"en\0\0" + data)


# RIFF


def riff_chunk(name, data):
    """One RIFF chunk with its padding."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(form, chunks):
    """A RIFF file."""
    body = form + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(chunks=(), *, picture=b"VP8L"):
    """A WebP file; its picture data cannot be decoded."""
    return riff(b"WEBP", [riff_chunk(b"VP8X", b"\x0c\0\0\0" + bytes(6)), riff_chunk(picture, b"\x2f" + bytes(9)), *chunks])


def avi(info=(), chunks=()):
    """An AVI file with ``LIST/INFO`` texts ``(name, bytes)``."""
    texts = riff_chunk(b"LIST", b"INFO" + b"".join(riff_chunk(name, value) for name, value in info))
    return riff(b"AVI ", [riff_chunk(b"LIST", b"hdrl" + bytes(8)), texts, riff_chunk(b"LIST", b"movi" + bytes(16)), *chunks])


def wav(chunks=()):
    """A WAV file."""
    return riff(b"WAVE", [riff_chunk(b"fmt ", bytes(16)), riff_chunk(b"data", bytes(8)), *chunks])


# GIF


def sub_blocks(data):
    """Sub-blocks of at most 255 bytes and the terminator."""
    return b"".join(bytes((len(data[at : at + 255]),)) + data[at : at + 255] for at in range(0, len(data), 255)) + b"\0"


def gif_application(name, data):
    """An application extension with data in sub-blocks."""
    return b"\x21\xff\x0b" + name + sub_blocks(data)


def gif_xmp(packet):
    """The XMP extension: raw packet and magic trailer."""
    return b"\x21\xff\x0bXMP DataXMP" + packet + b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def gif_comment(data):
    """A comment extension."""
    return b"\x21\xfe" + sub_blocks(data)


def gif(blocks=(), *, frames=1):
    """A decodable 1x1 GIF."""
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02" + sub_blocks(b"\x4c\x01")
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + b"".join(blocks) + frame * frames + b"\x3b"


# BMFF


def box(name, data=b""):
    """One box."""
    return struct.pack(">I", 8 + len(data)) + name + data


def full_box(name, data=b"", *, version=0):
    """One box with version and flags."""
    return box(name, bytes((version, 0, 0, 0)) + data)


def bmff(boxes=(), *, brand=b"isom", moov=b"", media=b"\0" * 16):
    """An MP4-like file: ftyp, the boxes, mdat, moov."""
    return box(b"ftyp", brand + bytes(4) + brand) + b"".join(boxes) + box(b"mdat", media) + box(b"moov", moov)


def ilst_item(name, value, *, type_=1):
    """One ``ilst`` entry; ``name`` is four bytes."""
    return box(name, box(b"data", struct.pack(">II", type_, 0) + value))


def meta_keys(pairs, *, plain=False):
    """A ``meta`` box with ``keys`` and ``ilst`` for ``(key, bytes)`` pairs."""
    names = b"".join(struct.pack(">I", 8 + len(key)) + b"mdta" + key for key, _ in pairs)
    handler = full_box(b"hdlr", bytes(4) + b"mdta" + bytes(13))
    keys = full_box(b"keys", struct.pack(">I", len(pairs)) + names)
    items = box(b"ilst", b"".join(ilst_item(struct.pack(">I", at), value) for at, (_, value) in enumerate(pairs, start=1)))
    return box(b"meta", handler + keys + items) if plain else full_box(b"meta", handler + keys + items)


def quicktime_text(name, value):
    """A user-data text such as ``\\xa9cmt``."""
    return box(name, struct.pack(">HH", len(value), 0x55C4) + value)


def c2pa_box(store, *, purpose=b"manifest"):
    """The top-level ``uuid`` box of a manifest store."""
    return box(b"uuid", C2PA_UUID + bytes(4) + purpose + b"\0" + bytes(8) + store)


def heif(items, *, brand=b"avif", version=1, in_data_box=False):
    """A HEIF file with ``(type, content type, data)`` items, laid in ``mdat`` or in ``idat``."""
    head = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    entries = b""
    for number, (type_, content, _) in enumerate(items, start=1):
        tail = content + b"\0" if content else b""
        entries += full_box(b"infe", struct.pack(">HH", number, 0) + type_ + b"\0" + tail, version=2)
    names = full_box(b"iinf", struct.pack(">H", len(items)) + entries)
    payload = b"".join(data for _, _, data in items)

    def meta(base):
        places, at = b"", base
        for number, (_, _, data) in enumerate(items, start=1):
            method = struct.pack(">H", int(in_data_box)) if version else b""
            places += struct.pack(">H", number) + method + struct.pack(">HHII", 0, 1, at, len(data))
            at += len(data)
        locations = full_box(b"iloc", b"\x44\0" + struct.pack(">H", len(items)) + places, version=version)
        inner = full_box(b"hdlr", bytes(4) + b"pict" + bytes(13)) + names + locations
        return full_box(b"meta", inner + (box(b"idat", payload) if in_data_box else b""))

    if in_data_box:
        return head + meta(0) + box(b"mdat", bytes(8))
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", payload)


def heif_exif(data):
    """The payload of an Exif item: an offset, then EXIF."""
    return struct.pack(">I", 6) + b"Exif\0\0" + data


def jxl(boxes=()):
    """A JPEG XL container."""
    signature = bytes.fromhex("0000000C4A584C200D0A870A")
    return signature + box(b"ftyp", b"jxl " + bytes(4) + b"jxl ") + b"".join(boxes) + box(b"jxlc", b"\xff\x0a" + bytes(6))


# Matroska, FLV


def ebml(identifier, data, *, unknown=False):
    """One element; ``identifier`` in hexadecimal."""
    size = b"\x01" + b"\xff" * 7 if unknown else struct.pack(">Q", len(data) | 1 << 56)
    return bytes.fromhex(identifier) + size + data


def matroska(tags=(), *, doc_type=b"webm", live=False, clusters=1, before=b""):
    """A Matroska file with ``(name, bytes)`` tags; ``live`` leaves segment and cluster sizes unknown."""
    head = ebml("1A45DFA3", ebml("4282", doc_type))
    info = ebml("1549A966", ebml("4D80", b"maker"))
    block = ebml("A3", b"\x81\0\0\x80" + bytes(20))
    cluster = ebml("1F43B675", ebml("E7", b"\0") + block * 3, unknown=live)
    simple = b"".join(ebml("67C8", ebml("45A3", name) + ebml("4487", value)) for name, value in tags)
    body = before + info + cluster * clusters + ebml("1254C367", ebml("7373", simple))
    return head + ebml("18538067", body, unknown=live)


def amf_string(value):
    """An AMF0 string value."""
    return b"\x02" + struct.pack(">H", len(value)) + value


def flv(pairs=(), *, tags=()):
    """An FLV file whose ``onMetaData`` holds ``(key, encoded value)`` pairs."""
    members = b"".join(struct.pack(">H", len(key)) + key + value for key, value in pairs)
    script = amf_string(b"onMetaData") + b"\x08" + struct.pack(">I", len(pairs)) + members + b"\0\0\x09"
    out = b"FLV\x01\x05\0\0\0\x09" + bytes(4)
    for kind, data in ((18, script), (9, bytes(20)), *tags):
        out += bytes((kind,)) + struct.pack(">I", len(data))[1:] + bytes(7) + data + struct.pack(">I", len(data) + 11)
    return out


# Audio, documents, BMP


def synchsafe(number):
    """Seven bits per byte."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def id3(frames, *, major=4):
    """An ID3v2.3 or 2.4 tag from ``(name, bytes)`` and a little sound."""
    body = b"".join(
        name + (synchsafe(len(data)) if major == 4 else struct.pack(">I", len(data))) + bytes(2) + data for name, data in frames
    )
    return b"ID3" + bytes((major, 0, 0)) + synchsafe(len(body)) + body + b"\xff\xfb\x90\x00" + bytes(100)


def geob(store, *, mime=b"application/c2pa"):
    """The body of a GEOB frame."""
    return b"\0" + mime + b"\0c2pa\0c2pa manifest store\0" + store


def flac(comments):
    """A FLAC file with Vorbis comments ``KEY=value``."""
    body = struct.pack("<I", 4) + b"make" + struct.pack("<I", len(comments))
    body += b"".join(struct.pack("<I", len(one)) + one for one in comments)
    return b"fLaC\0" + struct.pack(">I", 34)[1:] + bytes(34) + b"\x84" + struct.pack(">I", len(body))[1:] + body + b"\xff\xf8" + bytes(20)


def svg(inner="", *, head=""):
    """An SVG document."""
    return f'<?xml version="1.0"?>{head}<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'.encode()


def svg_c2pa(store):
    """The manifest element."""
    return f'<metadata><c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">{b64encode(store).decode()}</c2pa:manifest></metadata>'


def pdf(xmp=b"", store=b"", *, packed=False):
    """A PDF-like file with a metadata stream and a C2PA associated file."""
    content, filter_ = (zlib.compress(store), b"/Filter /FlateDecode ") if packed else (store, b"")
    return b"".join(
        (
            b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Metadata 2 0 R >>\nendobj\n",
            b"2 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(xmp), xmp),
            b"3 0 obj\n<< /Type /Filespec /AFRelationship /C2PA_Manifest /EF << /F 4 0 R >> >>\nendobj\n",
            b"4 0 obj\n<< /Type /EmbeddedFile %s/Length %d >>\nstream\n%s\nendstream\nendobj\n" % (filter_, len(content), content),
            b"trailer << /Root 1 0 R >>\n%%EOF\n",
        )
    )


def bmp(width=2, height=2):
    """A 24-bit BMP."""
    size = (width * 3 + 3) // 4 * 4 * height
    head = b"BM" + struct.pack("<IHHI", 54 + size, 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, size, 0, 0, 0, 0) + bytes(size)


def mpegts(packets=8):
    """Transport-stream packets without content."""
    return (b"\x47\x1f\xff\x10" + b"\xff" * 184) * packets


def zip_end():
    """The smallest ZIP archive: an empty directory."""
    return b"PK\x05\x06" + bytes(18)


def one_of_each():
    """One rich file of every format, by name; seeds for fuzzing."""
    exif = tiff([ascii_tag(0x131, "Maker")], [user_comment(b"UNICODE\0" + "prompt".encode("utf-16-be"))], thumbnail=b"\xff\xd8\xff\xd9")
    packet, store = xmp_packet(), c2pa_store()
    photoshop = photoshop_resources((0x0404, iim((1, 90, b"\x1b%G"), (2, 110, b"credit"))))
    guid = b"0123456789ABCDEF" * 2
    main = xmp_packet(attributes=f'xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="{guid.decode()}"')
    return {
        "jpeg": jpeg(
            [
                segment(0xE0, b"JFIF\0" + bytes(9)),
                jpeg_exif(exif),
                jpeg_xmp(main),
                jpeg_extended_xmp(guid, len(packet), 0, packet),
                *jpeg_c2pa(store, piece=20),
                segment(0xED, b"Photoshop 3.0\0" + photoshop),
                segment(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(40)),
                segment(0xFE, b"comment"),
            ]
        ),
        "png": png(
            [text_chunk("a", b"b"), ztxt_chunk("z", b"z" * 500), chunk(b"eXIf", exif), chunk(b"caBX", store)],
            after=[itxt_chunk("XML:com.adobe.xmp", packet, compressed=True), chunk(b"comf", b"prompt\0{}")],
        ),
        "webp": webp([riff_chunk(b"EXIF", exif), riff_chunk(b"XMP ", packet), riff_chunk(b"C2PA", store)]),
        "avi": avi([(b"ISFT", b"maker\0"), (b"AIGC", b"{}")]),
        "wav": wav([riff_chunk(b"C2PA", store)]),
        "gif": gif([gif_comment(b"c"), gif_xmp(packet), gif_application(b"C2PA_GIF\x01\0\0", store)]),
        "tiff": tiff([ascii_tag(305, "Maker"), (0x02BC, 1, len(packet), packet), (0xCD41, 7, len(store), store)], [user_comment(b"hello")]),
        "bmp": bmp(),
        "mp4": bmff(
            [c2pa_box(store), box(b"uuid", XMP_UUID + packet)],
            moov=box(b"udta", meta_keys([(b"AIGC", b"{}")]) + quicktime_text(b"\xa9cmt", b"note")),
        ),
        "mov": bmff(brand=b"qt  ", moov=meta_keys([(b"com.apple.quicktime.software", b"15")], plain=True)),
        "avif": heif([(b"Exif", b"", heif_exif(exif)), (b"mime", b"application/rdf+xml", packet)]),
        "jxl": jxl([box(b"Exif", bytes(4) + exif), box(b"xml ", packet), store]),
        "webm": matroska([(b"AIGC", b"{}")]),
        "live": matroska([(b"AIGC", b"{}")], live=True, clusters=2),
        "flv": flv([(b"AIGC", amf_string(b"{}")), (b"duration", b"\0" + bytes(8))]),
        "mp3": id3([(b"TIT2", b"\x03title"), (b"PRIV", b"XMP\0" + packet), (b"GEOB", geob(store))]),
        "flac": flac([b"AIGC={}"]),
        "svg": svg(svg_c2pa(store) + f"<metadata>{packet.decode().split('?>', 1)[1].rsplit('<?', 1)[0]}</metadata>"),
        "pdf": pdf(packet, store),
        "mpegts": mpegts(),
    }
