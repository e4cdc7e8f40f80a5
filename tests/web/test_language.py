"""Chinese is the source, English is complete: every word has a translation, and the compiled catalogue is fresh."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.conftest import Cast
from tests.web.conftest import SignIn

import wenxiao
from wenxiao.orders.models import WorkOrder

PACKAGE = Path(wenxiao.__file__).parent
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _entries(text: str) -> dict[str, list[str]]:
    """msgid (with its context in front) → the translations of a .po text."""
    found = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        for key, value in re.findall(r'^(msg\w+(?:\[\d\])?) ((?:".*"\n?)+)', block + "\n", re.M):
            parts[key] = "".join(
                one.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
                for one in re.findall(r'"((?:[^"\\]|\\.)*)"', value)
            )
        if parts.get("msgid"):
            key = f"{parts['msgctxt']}\x04{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
            found[key] = [v for k, v in parts.items() if k.startswith("msgstr")]
    return found


def test_every_word_has_an_english_one() -> None:
    text = (CATALOGUE / "django.po").read_text("utf-8")
    entries = _entries(text)
    assert len(entries) > 400
    assert [key for key, words in entries.items() if not all(words)] == []
    assert "fuzzy" not in text


def test_translations_keep_the_places_to_fill() -> None:
    places = re.compile(r"%\((\w+)\)[sd]|%%")
    for key, words in _entries((CATALOGUE / "django.po").read_text("utf-8")).items():
        for one in words:
            assert sorted(places.findall(key)) == sorted(places.findall(one)), key


def test_the_compiled_catalogue_is_fresh() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for key, words in _entries((CATALOGUE / "django.po").read_text("utf-8")).items():
        context, _, plain = key.rpartition("\x04")
        shown = compiled.pgettext(context, plain) if context else compiled.gettext(plain)
        if len(words) == 1:
            assert shown == words[0], key
        else:
            assert [compiled.ngettext(plain, plain, n) for n in (1, 2)] == words, key


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs xgettext (Debian package gettext)")
def test_the_catalogue_knows_every_word_of_the_code(tmp_path: Path) -> None:
    copy = tmp_path / "wenxiao"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "vendor", "data"))
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-obsolete", "--no-wrap"]
    environment = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": str(PACKAGE.parent)}
    subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True)
    fresh = _entries((copy / "locale" / "en" / "LC_MESSAGES" / "django.po").read_text("utf-8"))
    known = _entries((CATALOGUE / "django.po").read_text("utf-8"))
    assert fresh.keys() - known.keys() == set()


def _without_data(text: str) -> str:
    """A page without what people wrote: its own words only."""
    text = re.sub(r'<button[^>]+lang="zh-Hans"[^>]*>.*?</button>', "", text, flags=re.S)
    text = re.sub(r'<span class="seal".*?</span>|<a [^>]*class="seal".*?</a>', "", text, flags=re.S)
    return text


@pytest.mark.parametrize(
    "page", ["login", "password_change", "imports", "commitments", "library", "assess", "overview"]
)
def test_pages_in_english_have_no_chinese_words_of_ours(cast: Cast, sign_in: SignIn, page: str) -> None:
    cast.centre.name = "Centre"
    cast.centre.save()
    browser = Client() if page == "login" else sign_in(cast.leader if page == "overview" else cast.analyst)
    browser.post(reverse("set_language"), {"language": "en", "next": "/"})
    text = browser.get(reverse(page)).text
    assert '<html lang="en">' in text
    own = _without_data(text)
    for unit in ("县住建局", "河口镇", "柳岸村", "未归类"):
        own = own.replace(unit, "")
    assert CHINESE.findall(own) == []


def test_an_order_in_english_explains_itself(county: Cast, sign_in: SignIn) -> None:
    browser = sign_in(county.analyst)
    browser.post(reverse("set_language"), {"language": "en", "next": "/"})
    text = browser.get(reverse("order", args=[WorkOrder.objects.get(number="B1").pk])).text
    assert "What the caller said" in text and "Why it is judged so" in text
    assert "打桩" in text


def test_the_language_stays_with_the_browser(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)
    assert "待研判" in browser.get("/assess/").text
    browser.post(reverse("set_language"), {"language": "en", "next": "/assess/"})
    assert "To assess" in browser.get("/assess/").text


def test_chinese_comes_first_whatever_the_browser_says(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)
    assert "待研判" in browser.get("/assess/", headers={"Accept-Language": "en-US,en;q=0.9"}).text
    browser.cookies["django_language"] = "xx"
    assert "待研判" in browser.get("/assess/").text


def test_long_figures_are_grouped_by_three_in_both_languages() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert intcomma(1234567) == "1,234,567"


def test_an_english_page_leaves_the_next_test_in_chinese(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.analyst)
    browser.post(reverse("set_language"), {"language": "en", "next": "/"})
    browser.get("/assess/")
    assert translation.get_language() == "en"  # and the test below begins without it


def test_a_test_begins_in_chinese() -> None:
    assert translation.gettext("待研判") == "待研判"
