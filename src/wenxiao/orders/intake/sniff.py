"""What a file really is, by its first bytes and not by its name."""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path

from wenxiao.orders.intake.encodings import utf16_without_mark
from wenxiao.orders.intake.problems import UnreadableFile

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF_PLAIN = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x10\x00")
#: Beginnings of files that people pick by mistake, with what to call them.
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文件", "a PDF"),
    (b"\x89PNG", "图片", "an image"),
    (b"\xff\xd8\xff", "图片", "an image"),
    (b"GIF8", "图片", "an image"),
    (b"BM", "图片", "an image"),
    (b"II*\x00", "图片", "an image"),
    (b"MZ", "程序文件", "a program"),
    (b"\x7fELF", "程序文件", "a program"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"BZh", "bzip2 压缩包", "a bzip2 archive"),
    (b"SQLite format 3", "数据库文件", "a database"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"ID3", "音频文件", "an audio file"),
    (b"RIFF", "音视频文件", "an audio or video file"),
)
_HEAD = 8192
#: All of ASCII below the space but tab, line ends and escape.
_CONTROLS = bytes({*range(9), 11, 12, *range(14, 27), *range(28, 32)})


def sniff(path: Path, file: str) -> str:
    """One of xlsx, xls, html, jsonl, parquet, delimited. Raises UnreadableFile for anything else, saying what it is."""
    head = _read_head(path, file)
    if not head:
        raise UnreadableFile(file, "empty_file")
    if head.startswith(_OLE):
        return _inside_ole(path, file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(path, file)
    if head.startswith(_BIFF_PLAIN):
        return "xls"
    if head.startswith(b"PAR1"):
        return "parquet"
    for begin, kind, kind_en in _OTHERS:
        # BM and MZ are letters too: a text that begins with them goes on without control characters.
        if head.startswith(begin) and (len(begin) > 3 or begin == b"BZh" or _is_binary(head)):
            raise UnreadableFile(file, "wrong_type", kind=kind, kind_en=kind_en)
    return _kind_of_text(head, file)


def _read_head(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableFile(file, "is_directory")
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except FileNotFoundError as error:
        raise UnreadableFile(file, "missing_file") from error
    except PermissionError as error:
        raise UnreadableFile(file, "no_permission") from error
    except OSError as error:
        raise UnreadableFile(file, "read_failed", reason=error.errno) from error


def _is_binary(head: bytes) -> bool:
    return len(head.translate(None, _CONTROLS)) < len(head)


def _inside_ole(path: Path, file: str) -> str:
    """Names of streams stand as UTF-16 in the directory of an OLE file, which may be anywhere in it."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:

        def holds(name: str) -> bool:
            return data.find((name + "\0").encode("utf-16-le")) >= 0

        if holds("EncryptedPackage"):
            raise UnreadableFile(file, "password_protected")
        for name, kind, kind_en in (
            ("WordDocument", "Word 文档", "a Word document"),
            ("PowerPoint Document", "演示文稿", "a presentation"),
        ):
            if holds(name):
                raise UnreadableFile(file, "wrong_type", kind=kind, kind_en=kind_en)
        if holds("Workbook") or holds("Book"):
            return "xls"
    raise UnreadableFile(
        file, "wrong_type", kind="残缺的或其他类型的 Office 文件", kind_en="a damaged or another Office file"
    )


def _inside_zip(path: Path, file: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise UnreadableFile(file, "damaged_file", reason="ZIP") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise UnreadableFile(
            file, "save_as_xlsx", kind="二进制工作簿（.xlsb）", kind_en="a binary workbook (.xlsb)"
        )
    if "content.xml" in names and "mimetype" in names:
        raise UnreadableFile(file, "save_as_xlsx", kind="OpenDocument 文件", kind_en="an OpenDocument file")
    if "word/document.xml" in names:
        raise UnreadableFile(file, "wrong_type", kind="Word 文档", kind_en="a Word document")
    if "ppt/presentation.xml" in names:
        raise UnreadableFile(file, "wrong_type", kind="演示文稿", kind_en="a presentation")
    raise UnreadableFile(file, "wrong_type", kind="ZIP 压缩包", kind_en="a ZIP archive")


def _kind_of_text(head: bytes, file: str) -> str:
    plain = head
    if utf16 := (head.startswith((b"\xff\xfe", b"\xfe\xff")) and "utf-16") or utf16_without_mark(head):
        plain = head.decode(utf16, "ignore").encode("utf-8", "ignore")
    if _mostly_control(plain):
        raise UnreadableFile(file, "wrong_type", kind="二进制文件", kind_en="a binary file")
    plain = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not plain and len(head) < _HEAD:
        raise UnreadableFile(file, "empty_file")
    low = plain.lower()
    if low.startswith(b"mime-version:"):
        raise UnreadableFile(file, "save_as_xlsx", kind="单个文件网页（MHT）", kind_en="a web archive (MHT)")
    if low.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in low:
        raise UnreadableFile(
            file, "save_as_xlsx", kind="XML 电子表格 2003", kind_en="an XML spreadsheet of 2003"
        )
    if low.startswith(b"<") and any(
        mark in low for mark in (b"<html", b"<table", b"<!doctype html", b"<meta")
    ):
        return "html"
    if plain.startswith((b"{", b"[{", b"[\r", b"[\n", b"[ ", b"[]")):
        return "jsonl"
    return "delimited"


def _mostly_control(head: bytes) -> bool:
    """Text may hold some control characters; more than one in twenty, and not just a handful, is no text."""
    kept = head.translate(None, _CONTROLS)
    return len(head) - len(kept) > max(32, len(head) // 20)
