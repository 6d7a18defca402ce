"""Contrast of every pair of colours that meet on a page, from the style sheet itself (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import searchapp.web

CSS = (Path(searchapp.web.__file__).parent / "static" / "broadsheet.css").read_text(encoding="utf-8")
TEXT, PART = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "link") for ground in ("paper", "panel")),
    ("mark-ink", "mark", TEXT),
    ("ink", "mark", TEXT),
    ("button-ink", "button", TEXT),
    ("edge", "paper", PART),
    ("edge", "panel", PART),
    ("focus", "paper", PART),
    ("focus", "panel", PART),
]


def colours(scheme: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[0]))
    dark = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[1]))
    assert set(dark) == set(light)
    return light if scheme == "light" else dark


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_text_and_controls_stand_out(scheme: str, ink: str, ground: str, least: float):
    found = colours(scheme)
    assert contrast(found[ink], found[ground]) >= least


def test_colours_stand_in_variables_only():
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules)
    assert "@import" not in CSS
    assert "url(" not in CSS
