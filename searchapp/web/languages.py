"""Names of languages in the page's own language, for the tags that articles carry."""

from __future__ import annotations

_NAMES = """
af Afrikaans|am Amharic|an Aragonese|ar Arabic|as Assamese|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali
br Breton|bs Bosnian|ca Catalan|cs Czech|cy Welsh|da Danish|de German|dz Dzongkha|el Greek|en English|eo Esperanto
es Spanish|et Estonian|eu Basque|fa Persian|fi Finnish|fo Faroese|fr French|fy Frisian|ga Irish|gd Scottish Gaelic
gl Galician|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|hr Croatian|ht Haitian Creole|hu Hungarian|hy Armenian
id Indonesian|is Icelandic|it Italian|ja Japanese|jv Javanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada|ko Korean
ku Kurdish|ky Kyrgyz|la Latin|lb Luxembourgish|lo Lao|lt Lithuanian|lv Latvian|mg Malagasy|mk Macedonian|ml Malayalam
mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|nb Norwegian Bokmål|ne Nepali|nl Dutch|nn Norwegian Nynorsk
no Norwegian|oc Occitan|or Odia|pa Punjabi|pl Polish|ps Pashto|pt Portuguese|qu Quechua|ro Romanian|ru Russian
rw Kinyarwanda|se Northern Sami|si Sinhala|sk Slovak|sl Slovenian|so Somali|sq Albanian|sr Serbian|sv Swedish
sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|tk Turkmen|tl Tagalog|tr Turkish|tt Tatar|ug Uyghur|uk Ukrainian
ur Urdu|uz Uzbek|vi Vietnamese|vo Volapük|wa Walloon|xh Xhosa|yi Yiddish|yo Yoruba|zh Chinese|zu Zulu|und Not known
"""
LANGUAGE_NAMES: dict[str, str] = {
    tag: name for tag, _, name in (named.partition(" ") for named in _NAMES.strip().replace("\n", "|").split("|"))
}


def language_name(tag: str) -> str:
    """`English` for `en`, `Portuguese (BR)` for `pt-BR`, the tag itself where we have no name for it."""
    language, _, region = tag.partition("-")
    name = LANGUAGE_NAMES.get(language.lower(), "")
    if not name:
        return tag
    return f"{name} ({region})" if region else name


def lang_attribute(lang: str) -> str:
    """What HTML wants in `lang`: empty says that nobody knows."""
    return "" if lang == "und" else lang
