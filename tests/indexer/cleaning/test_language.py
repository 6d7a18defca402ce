"""Languages identified, and tags normalised."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.language import identify_language, normalise_lang

SENTENCES = {
    "en": "The president said on Friday that the government would present its new budget next week.",
    "de": "Der Bürgermeister erklärte am Freitag, die Straße müsse aus Gründen der Sicherheit gesperrt bleiben.",
    "fr": "Le président a déclaré que la réforme des retraites sera présentée à l'Assemblée après l'été.",
    "es": "El presidente dijo el viernes que el gobierno presentará su nuevo presupuesto la próxima semana.",
    "pt": "O presidente disse na sexta-feira que o governo vai apresentar o novo orçamento na próxima semana.",
    "it": "Il presidente ha detto venerdì che il governo presenterà il nuovo bilancio la prossima settimana.",
    "nl": "De minister-president zei vrijdag dat de regering volgende week de nieuwe begroting zal indienen.",
    "ru": "Президент подписал указ о мерах поддержки предприятий, сообщила пресс-служба в пятницу.",
    "uk": "Президент України підписав закон про підтримку підприємств, повідомила його пресслужба.",
    "tr": "Cumhurbaşkanı yaptığı konuşmada çalışmaların süreceğini ve bütçenin artırılacağını söyledi.",
    "az": "Prezident cümə günü hökumətin gələn həftə yeni büdcəni təqdim edəcəyini bildirdi.",
    "pl": "Premier ogłosił w piątek, że rząd przedłuży obostrzenia, a strażacy pomogą mieszkańcom.",
    "sv": "Statsministern sade på fredagen att regeringen lägger fram sin nya budget nästa vecka.",
    "fi": "Pääministeri sanoi perjantaina, että hallitus esittelee uuden talousarvion ensi viikolla.",
    "hu": "A miniszterelnök pénteken azt mondta, hogy a kormány jövő héten terjeszti elő az új költségvetést.",
    "el": "Ο πρωθυπουργός δήλωσε ότι η κυβέρνηση θα παρουσιάσει το νέο νομοσχέδιο την Παρασκευή.",
    "ar": "أعلن رئيس الوزراء يوم الجمعة أن الحكومة ستعرض الميزانية الجديدة الأسبوع المقبل.",
    "ja": "首相は金曜日の記者会見で、来年度の予算案を国会に提出すると述べた。",
    "zh": "总理在星期五的记者会上表示，政府将于下周向议会提交新的预算案。",
    "ko": "총리는 금요일 기자회견에서 정부가 다음 주 국회에 새 예산안을 제출할 것이라고 밝혔다.",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_sentence_is_told(lang):
    assert identify_language(SENTENCES[lang]) == lang


@pytest.mark.parametrize("lang", ["en", "de", "fr", "es", "ru"])
def test_capitals_are_read_as_words(lang):
    assert identify_language(SENTENCES[lang].upper()) == lang


@pytest.mark.parametrize(
    ("text", "lang"), [("", "und"), ("12 34", "und"), ("Hm.", "und"), ("ニュース", "ja"), ("뉴스", "ko"), ("Νέα", "el")]
)
def test_word_or_two_get_what_their_script_says(text, lang):
    assert identify_language(text) == lang


def test_noise_at_the_head_is_looked_past():
    assert identify_language("x9 ;. q- " * 120 + SENTENCES["de"] * 40) == "de"


def test_threads_get_the_same_answers():
    texts = list(SENTENCES.values()) * 10
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(identify_language, texts)) == [identify_language(text) for text in texts]


@given(st.text())
def test_any_text_has_a_tag(text):
    assert identify_language(text)


def test_wire_stories_are_never_taken_for_another_language(test_data):
    with gzip.open(test_data / "news" / "reuters21578.jsonl.gz") as lines:
        stories = [orjson.loads(line) for line in islice(lines, 300)]
    told = [identify_language(f"{story['title']}\n{story.get('body', '')}") for story in stories]
    assert set(told) <= {"en", "und"}
    assert told.count("en") >= 0.9 * len(told)


@pytest.mark.parametrize(
    ("given_tag", "tag"),
    [
        ("EN", "en"),
        ("en_US", "en-US"),
        ("en-us", "en-US"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("sr_Latn", "sr-Latn"),
        ("es-419", "es-419"),
        ("en_US.UTF-8", "en-US"),
        ("English", "en"),
        ("Deutsch", "de"),
        ("eng", "en"),
        ("ger", "de"),
        (" tr ", "tr"),
        ("no language at all", "und"),
        ("???", "und"),
        ("und", "und"),
        ("", None),
        ("  ", None),
    ],
)
def test_tag_is_normalised(given_tag, tag):
    assert normalise_lang(given_tag) == tag


@given(st.text(max_size=30))
def test_normalised_tag_stays_as_it_is(text):
    tag = normalise_lang(text)
    if tag is not None:
        assert normalise_lang(tag) == tag
