"""Bytes of real sentences in many encodings come back as the characters that were written."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.encoding import DecodedText, NotText, decode_text

SENTENCES = {
    "cp1251": (
        "Президент подписал указ о мерах поддержки предприятий, сообщила пресс-служба Кремля в пятницу. "
        "По её словам, документ вступает в силу со дня подписания."
    ),
    "koi8-r": (
        "Министерство финансов опубликовало проект бюджета на следующий год, и депутаты начнут "
        "обсуждение на этой неделе. Расходы вырастут на десять процентов."
    ),
    "cp866": (
        "Жители посёлка жалуются на отсутствие горячей воды уже вторую неделю. Администрация обещает "
        "закончить ремонт к понедельнику."
    ),
    "iso8859-5": (
        "Суд отложил рассмотрение дела до пятницы, поскольку свидетель не смог приехать в столицу из-за болезни."
    ),
    "cp1252": (
        "Der Bürgermeister erklärte am Freitag, die Straße müsse größtenteils gesperrt bleiben – „aus "
        "Gründen der Sicherheit“, wie er hinzufügte."
    ),
    "iso8859-1": (
        "Le président a déclaré que la réforme des retraites sera présentée à l'Assemblée nationale "
        "après l'été, malgré les grèves annoncées."
    ),
    "cp1250": (
        "Premier ogłosił w piątek, że rząd przedłuży obostrzenia. Żołnierze i strażacy pomogą "
        "mieszkańcom dotkniętym przez powódź, łącznie około trzystu osób."
    ),
    "iso8859-2": (
        "Předseda vlády řekl, že příští týden předloží návrh zákona. Opozice žádá mimořádnou schůzi, "
        "protože podle ní chybějí důkazy."
    ),
    "cp1254": (
        "Cumhurbaşkanı, İstanbul'da düzenlenen törende yaptığı konuşmada ığdır ve ağrı'daki çalışmaların "
        "süreceğini, bütçenin artırılacağını söyledi."
    ),
    "cp1253": (
        "Ο πρωθυπουργός δήλωσε ότι η κυβέρνηση θα παρουσιάσει το νέο νομοσχέδιο την Παρασκευή, παρά τις "
        "αντιδράσεις της αντιπολίτευσης."
    ),
    "cp1255": "ראש הממשלה אמר ביום שישי כי הממשלה תציג את התקציב החדש בשבוע הבא, למרות התנגדות האופוזיציה.",
    "cp1256": "أعلن رئيس الوزراء يوم الجمعة أن الحكومة ستعرض الميزانية الجديدة الأسبوع المقبل رغم معارضة النواب.",
    "shift_jis": "首相は金曜日の記者会見で、来年度の予算案を国会に提出すると述べた。野党は反対している。",
    "euc-jp": "気象庁は、台風が週末に関東地方へ接近する恐れがあるとして、警戒を呼びかけている。",
    "gb18030": "总理在星期五的记者会上表示，政府将于下周向议会提交新的预算案，反对党对此表示不满。",
    "big5": "總理在星期五的記者會上表示，政府將於下週向議會提交新的預算案，反對黨對此表示不滿。",
    "euc-kr": "총리는 기자회견에서 정부가 다음 주 국회에 새 예산안을 제출할 것이라고 밝혔다.",
    "tis-620": "นายกรัฐมนตรีกล่าวเมื่อวันศุกร์ว่ารัฐบาลจะเสนองบประมาณใหม่ต่อรัฐสภาในสัปดาห์หน้า",
    "cp1257": (
        "Ministru prezidents piektdien paziņoja, ka valdība nākamnedēļ iesniegs jauno budžetu, lai gan "
        "opozīcija iebilst un draud ar protestiem."
    ),
    "iso8859-15": (
        "Le prix du litre d'essence a dépassé 2 € à Cœur-la-Reine, où les pompistes ont manifesté près "
        "de la mairie dès l'aube."
    ),
    "mac-roman": "Le président a déclaré que la réforme sera présentée à l'été, malgré les grèves.",
    "koi8-u": (
        "Президент України підписав закон про підтримку підприємств, повідомила пресслужба. Документ "
        "набуде чинності наступного тижня, її слова цитує видання."
    ),
}


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize("encoding", SENTENCES)
def test_sentence_comes_back_as_it_was_written(encoding, times):
    text = f"Agency\n\n{SENTENCES[encoding]}\n" * times
    decoded = decode_text(text.encode(encoding))
    assert isinstance(decoded, DecodedText)
    assert decoded.text == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("sentence", ["cp1251", "cp1252", "gb18030"])
def test_byte_order_mark_is_obeyed_and_dropped(encoding, sentence):
    assert decode_text(SENTENCES[sentence].encode(encoding)).text == SENTENCES[sentence]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sentence", ["cp1251", "cp1252", "cp1253"])
def test_utf16_without_its_mark_is_told(encoding, sentence):
    assert decode_text(SENTENCES[sentence].encode(encoding)) == DecodedText(SENTENCES[sentence], encoding)


def test_japanese_mail_in_seven_bits_is_told():
    assert decode_text(SENTENCES["shift_jis"].encode("iso2022_jp")).text == SENTENCES["shift_jis"]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_valid_utf8_is_utf8(text):
    content = text.encode()
    if not content.startswith((codecs.BOM_UTF8, b"ID3", b"PK", b"RIFF")):
        assert decode_text(content) == DecodedText(text, "utf-8")


@given(st.binary())
def test_any_bytes_give_text_or_a_reason_and_no_replacement(content):
    decoded = decode_text(content)
    if isinstance(decoded, DecodedText):
        as_written = (b"\xef\xbf\xbd", b"\xff\xfd", b"\xfd\xff", b"\x84\x31\xa4\x37")
        assert "\ufffd" not in decoded.text or any(form in content for form in as_written)
    else:
        assert decoded.reason
        assert decoded.detail


def test_one_broken_byte_does_not_cost_the_other_characters():
    text = SENTENCES["cp1251"]
    content = text.encode() + b" \x96 " + text.encode()
    assert decode_text(content) == DecodedText(f"{text} – {text}", "utf-8")


def test_character_cut_off_at_the_end_is_dropped():
    text = SENTENCES["cp1251"]
    assert decode_text(text.encode() + "я".encode()[:1]) == DecodedText(text, "utf-8")
    assert decode_text(codecs.BOM_UTF16_LE + text.encode("utf-16-le") + b"\x04").text == text


def test_byte_that_the_encoding_does_not_know_costs_only_itself():
    text = SENTENCES["cp1251"] * 20
    decoded = decode_text(text.encode("cp1251") + b"\x98" + text.encode("cp1251"))
    assert decoded.text.startswith(text)
    assert decoded.text.endswith(text)


def test_encoding_is_told_where_the_only_foreign_letters_are_far_into_the_file():
    text = "Plain words of a long report.\n" * 20_000 + SENTENCES["cp1251"]
    assert decode_text(text.encode("cp1251")).text == text


def test_quotes_of_word_processors_are_no_foreign_letters():
    text = "He said: “It’s done” – and left…"
    assert decode_text(text.encode("cp1252")) == DecodedText(text, "cp1252")


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"SQLite format 3\x00", "SQLite"),
        (bytes(range(256)) * 10, "control"),
        (b"\x00" * 1000, "control"),
    ],
)
def test_binary_is_named(content, detail):
    refused = decode_text(content)
    assert isinstance(refused, NotText)
    assert refused.reason == "binary file"
    assert detail in refused.detail


def test_stray_nul_does_not_make_a_text_binary():
    text = "A long enough report. " * 20 + "\x00"
    assert decode_text(text.encode()) == DecodedText(text, "utf-8")


def test_word_that_begins_like_a_sound_file_is_text():
    text = "RIFF between ministers over the budget"
    assert decode_text(text.encode()) == DecodedText(text, "utf-8")
