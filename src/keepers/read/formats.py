"""Which bytes are what: the table of formats, and what is junk by its name alone."""

import os
import re
from dataclasses import dataclass
from typing import Final

from keepers.model import Kind


@dataclass(frozen=True, slots=True)
class Format:
    """One file format; `pillow` names the only Pillow decoders that may open it."""

    name: str
    extensions: tuple[str, ...]
    kind: Kind = Kind.PHOTO
    raw: bool = False
    pillow: tuple[str, ...] = ()


def _photo(name: str, extensions: str, *pillow: str) -> Format:
    return Format(name, tuple(extensions.split()), pillow=pillow)


def _raw(name: str, extensions: str) -> Format:
    return Format(name, tuple(extensions.split()), raw=True)


def _video(name: str, extensions: str) -> Format:
    return Format(name, tuple(extensions.split()), Kind.VIDEO)


def _companion(name: str, extensions: str) -> Format:
    return Format(name, tuple(extensions.split()), Kind.COMPANION)


#: Every format that Keepers knows; a new one is one row here.
FORMATS: Final[tuple[Format, ...]] = (
    _photo("jpeg", "jpg jpeg jpe jfif jif jfi mpo insp", "JPEG", "MPO"),
    _photo("png", "png apng", "PNG"),
    _photo("webp", "webp", "WEBP"),
    _photo("gif", "gif", "GIF"),
    _photo("tiff", "tif tiff", "TIFF"),
    _photo("bmp", "bmp dib", "BMP", "DIB"),
    _photo("heic", "heic heif hif heics heifs"),
    _photo("avif", "avif avifs", "AVIF"),
    _photo("jxl", "jxl", "JXL"),
    _raw("cr2", "cr2"), _raw("cr3", "cr3"), _raw("crw", "crw"), _raw("nef", "nef"), _raw("nrw", "nrw"),
    _raw("arw", "arw"), _raw("sr2", "sr2"), _raw("srf", "srf"), _raw("dng", "dng"), _raw("raf", "raf"),
    _raw("orf", "orf ori"), _raw("rw2", "rw2"), _raw("rwl", "rwl"), _raw("pef", "pef"), _raw("srw", "srw"),
    _raw("3fr", "3fr"), _raw("fff", "fff"), _raw("iiq", "iiq"), _raw("x3f", "x3f"), _raw("mrw", "mrw"),
    _raw("mef", "mef"), _raw("mos", "mos"), _raw("erf", "erf"), _raw("kdc", "kdc"), _raw("dcr", "dcr"),
    _raw("gpr", "gpr"),
    _video("mov", "mov qt"), _video("mp4", "mp4 m4v mp4v 3gp 3g2 3gpp insv mp mv"), _video("avi", "avi divx"),
    _video("matroska", "mkv webm"), _video("mpeg", "mpg mpeg mpe vob mod"), _video("mpegts", "mts m2ts"),
    _video("asf", "wmv asf"),
    _companion("xmp", "xmp"), _companion("aae", "aae"), _companion("json", "json"), _companion("thm", "thm"),
    _companion("voice", "wav amr m4a aac"), _companion("lowres", "lrv glv lrf"), _companion("subtitles", "srt"),
    _companion("edit", "dop pp3 on1 vrd cos comask nksc nksm acr arp rwz"),
    # Lists of many files of their folder: known by their whole names, for any program writes .ini and .csv.
    _companion("ini", ""), _companion("csv", ""),
)  # fmt: skip

#: A picture of these that tells us no date has none: asking another
#: program for each of a messenger's would take minutes.
WELL_READ: Final = frozenset({"jpeg", "png", "webp", "gif", "bmp"})
_LISTS: Final = re.compile(r"\.?picasa\.ini$|photo details[^/]*\.csv$", re.IGNORECASE)
_BY_NAME: Final = {form.name: form for form in FORMATS}
_BY_EXTENSION: Final = {extension: form for form in FORMATS for extension in form.extensions}

#: Pictures that people do have and that we do not read: said in words, so that nobody thinks they were seen.
_NOT_READ: Final = frozenset((
    "psd", "psb", "jp2", "j2k", "jpf", "jpx", "svg", "eps", "pdf", "ai", "xcf", "kra", "exr", "hdr", "tga",
    "ico", "icns", "wmf", "emf", "dds", "jxr", "hdp", "wdp", "pcx", "ppm", "pgm", "pbm", "fits",
    "flv", "rm", "rmvb", "swf", "ogv",
))  # fmt: skip

# Magic numbers: offset, bytes, format. The first match wins.
_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "jpeg"), (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"), (0, b"GIF89a", "gif"),
    (0, b"FUJIFILMCCD-RAW", "raf"), (0, b"IIU\0", "rw2"), (0, b"IIRO", "orf"), (0, b"IIRS", "orf"),
    (0, b"MMOR", "orf"), (0, b"\0MRM", "mrw"), (0, b"FOVb", "x3f"), (6, b"HEAPCCDR", "crw"),
    (0, b"\xff\x0a", "jxl"), (0, b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (0, b"\x1aE\xdf\xa3", "matroska"), (0, b"\0\0\1\xba", "mpeg"), (0, b"\0\0\1\xb3", "mpeg"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "asf"), (0, b"BM", "bmp"),
    (4, b"moov", "mov"), (4, b"mdat", "mov"), (4, b"wide", "mov"), (4, b"pnot", "mov"),
)  # fmt: skip
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF_BRANDS: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_AVIF_BRANDS: Final = frozenset((b"avif", b"avis"))


def by_name(name: str) -> Format | None:
    """Tell a format by the extension of a file name; None where the extension is none of ours."""
    extension = _extension(name)
    if extension in {"ini", "csv"}:
        return _BY_NAME[extension] if _LISTS.match(os.path.basename(name)) else None
    return _BY_EXTENSION.get(extension)


def sniff(head: bytes, name: str) -> Format | None:
    """Tell a format by its first bytes (4 KiB are enough); the name only decides between kin of TIFF.

    None where the bytes are no picture and no film, whatever the name says.
    """
    named = by_name(name)
    for offset, magic, form in _MAGIC:
        if head.startswith(magic, offset):
            return _BY_NAME[form]
    if head.startswith(_TIFF):
        return _tiff(head, named)
    if head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"AVI "}:
        return _BY_NAME["webp" if head[8:12] == b"WEBP" else "avi"]
    if head[4:8] == b"ftyp":
        return _brand(head, named)
    if (head[:1] == b"\x47" and head[188:189] == b"\x47") or (
        head[4:5] == b"\x47" and head[196:197] == b"\x47"
    ):
        return _BY_NAME["mpegts"]
    return None


def _tiff(head: bytes, named: Format | None) -> Format:
    if head[8:11] == b"CR\2":
        return _BY_NAME["cr2"]
    if named is not None and named.raw:
        return named
    # DNGVersion (0xC612, DNG specification) among the first tags, four bytes long.
    if b"\x12\xc6\1\0\4\0\0\0" in head or b"\xc6\x12\0\1\0\0\0\4" in head:
        return _BY_NAME["dng"]
    return _BY_NAME["tiff"]


def _brand(head: bytes, named: Format | None) -> Format:
    """The brands of ISO 14496-12: the major one, then (HEIF says mif1) the compatible ones."""
    size = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    for brand in brands:
        if brand in _HEIF_BRANDS:
            return _BY_NAME["heic"]
        if brand in _AVIF_BRANDS:
            return _BY_NAME["avif"]
        if brand == b"crx ":
            return _BY_NAME["cr3"]
    if brands[0] in {b"mif1", b"msf1"}:
        return _BY_NAME["heic"]
    if named is not None and named.kind is Kind.VIDEO:
        return named
    return _BY_NAME["mov" if brands[0] == b"qt  " else "mp4"]


def unsupported(name: str) -> str | None:
    """Say why a file is none of ours by its name, or None where it is a photo, a film or a companion."""
    if by_name(name) is not None:
        return None
    extension = _extension(name)
    if extension == "zip":
        return "an archive; photos in one are read by the address takeout:PATH"
    if extension in _NOT_READ:
        return f"{extension.upper()} files are not supported"
    return f"no photo (.{extension})" if extension else "no photo (no extension)"


# ---------------------------------------------------------------- junk by name

#: What systems and other programs leave among photos: why it is passed over, and its names in lower case.
_LEFT_BEHIND: Final[dict[str, tuple[str, ...]]] = {
    "thumbnails of a NAS": ("@eadir", ".@__thumb", "@__thumb", ".synologyworkingdirectory"),
    "thumbnails": (
        ".thumbnails", ".thumbnail", ".thumbs", ".thumb", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
        ".ithmb",
    ),
    "a recycle bin": (
        "$recycle.bin", "recycler", "#recycle", "@recycle", ".recycle", "network trash folder",
        ".dtrash",
    ),
    "a system file": (
        "desktop.ini", "icon\r", ".localized", ".directory", ".nomedia", ".apdisk", ".dropbox", ".stignore",
    ),
    "a system folder": (
        "system volume information", "lost+found", ".fseventsd", ".zfs", ".temporaryitems", ".appledouble",
        ".appledb", ".appledesktop",
    ),
    "snapshots": ("#snapshot", "@recently-snapshot", ".snapshots", ".snapshot", ".stversions"),
    "a folder of another program": (".git", ".svn", ".hg", ".stfolder", "__macosx", ".dropbox.cache"),
}  # fmt: skip
_JUNK: Final = {name: reason for reason, names in _LEFT_BEHIND.items() for name in names}
_UNFINISHED: Final = "not written to its end yet"
_JUNK_STARTS: Final = (
    ("._", "a macOS resource fork"), (".ds_store", "a Finder file"), (".trash", "a trash folder"),
    (".keepers-", "a file of Keepers itself"), (".spotlight-", "a system folder"), ("~$", "a lock file"),
    (".documentrevisions-", "a system folder"), (".~lock", "a lock file"), (".pending-", _UNFINISHED),
    (".syncthing.", _UNFINISHED), ("~syncthing~", _UNFINISHED),
)  # fmt: skip
_STARTS: Final = tuple(start for start, _ in _JUNK_STARTS)
_JUNK_ENDS: Final = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".tmp", ".temp", ".tacitpart", ".aria2",
    ".!ut", ".filepart", ".upload", ".icloud",
)  # fmt: skip
_LIBRARIES: Final = re.compile(
    r"\.(photoslibrary|migratedphotolibrary|aplibrary|photolibrary|lrdata|lrlibrary)$"
)


def fate_by_name(name: str, is_dir: bool) -> str | None:  # noqa: FBT001  # the signature others were promised
    """Say why an entry is junk by its name alone, or None where it must be looked at."""
    low = name.casefold()
    if reason := _JUNK.get(low):
        return reason
    if low.startswith(_STARTS):
        return next(words for start, words in _JUNK_STARTS if low.startswith(start))
    if is_dir and low.endswith(".photoslibrary"):
        return "a library of Apple Photos; it is read by its address, apple:PATH"
    if is_dir:
        return "a library of another program" if _LIBRARIES.search(low) else None
    if low.endswith(_JUNK_ENDS):
        return _UNFINISHED
    return None


def stem(name: str) -> str:
    """What os.path.splitext gives first, in a quarter of its time: asked three times for every file."""
    return _parted(name)[0]


def _extension(name: str) -> str:
    """What os.path.splitext gives, without the dot and in an eighth of its time: asked five times for every file."""
    return _parted(name)[1].lower()


def _parted(name: str) -> tuple[str, str]:
    before, _, extension = name.rpartition(".")
    # The dots that a name begins with part nothing.
    return (
        (before, extension) if before.rpartition("/")[2].strip(".") and "/" not in extension else (name, "")
    )
