"""Settings: later sources win, wrong values are refused by name, and every knob is in the table."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SettingError, UsageError
from indexer.settings import ENVIRONMENT_PREFIX, SETTINGS, SETTINGS_FILE, Settings, load_settings


def write_file(folder: Path, text: str) -> None:
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")


def test_every_field_is_in_the_table_and_the_other_way_round() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


def test_every_setting_has_a_line_of_help() -> None:
    assert all(setting.help and "\n" not in setting.help for setting in SETTINGS)


def test_names_with_a_unit_say_it_in_the_table() -> None:
    ends = {"_s": "seconds", "_mb": "MB", "_ms": "ms", "_dir": "folder"}
    for setting in SETTINGS:
        for end, unit in ends.items():
            if setting.name.endswith(end):
                assert setting.unit == unit, setting.name


def test_every_default_is_accepted_by_its_own_reader() -> None:
    defaults = Settings()
    for setting in SETTINGS:
        default = getattr(defaults, setting.name)
        assert setting.read(str(default)) == default, setting.name


def test_nothing_given_means_defaults(tmp_path: Path) -> None:
    settings, values = load_settings({}, {}, tmp_path)
    assert settings == Settings()
    assert {value.origin for value in values} == {"default"}
    assert [value.value for value in values] == [value.default for value in values]


def test_file_wins_over_default(tmp_path: Path) -> None:
    write_file(tmp_path, "port = 9001\nsite_title = 'The Morgue'\n")
    settings, values = load_settings({}, {}, tmp_path)
    assert (settings.port, settings.site_title) == (9001, "The Morgue")
    origins = {value.setting.name: value.origin for value in values}
    assert origins["port"] == str(tmp_path / SETTINGS_FILE)
    assert origins["host"] == "default"


def test_environment_wins_over_file(tmp_path: Path) -> None:
    write_file(tmp_path, "port = 9001\n")
    settings, values = load_settings({}, {"BROADSHEET_PORT": "9002"}, tmp_path)
    assert settings.port == 9002
    assert {value.setting.name: value.origin for value in values}["port"] == "BROADSHEET_PORT"


def test_option_wins_over_everything(tmp_path: Path) -> None:
    write_file(tmp_path, "port = 9001\n")
    settings, values = load_settings({"port": 9003}, {"BROADSHEET_PORT": "9002"}, tmp_path)
    assert settings.port == 9003
    value = next(value for value in values if value.setting.name == "port")
    assert (value.origin, value.default) == ("option", 8000)


def test_option_not_given_changes_nothing(tmp_path: Path) -> None:
    settings, _ = load_settings({"port": None, "index_dir": None}, {"BROADSHEET_PORT": "9002"}, tmp_path)
    assert settings.port == 9002


def test_option_may_be_a_path(tmp_path: Path) -> None:
    settings, _ = load_settings({"index_dir": tmp_path / "my index"}, {}, tmp_path)
    assert settings.index_dir == tmp_path / "my index"


def test_other_variables_of_the_environment_are_left_alone(tmp_path: Path) -> None:
    environment = {"BROADSHEET_TEST_DATA": "/x", "PORT": "1", "BROADSHEET_": "y", "XBROADSHEET_PORT": "2"}
    assert load_settings({}, environment, tmp_path)[0] == Settings()


def test_unknown_name_in_the_file_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    write_file(tmp_path, "indexdir = 'x'\n")
    with pytest.raises(SettingError, match="no setting 'indexdir'; did you mean index_dir"):
        load_settings({}, {}, tmp_path)


def test_unknown_name_like_nothing_lists_what_is_known(tmp_path: Path) -> None:
    write_file(tmp_path, "zzzz = 1\n")
    with pytest.raises(SettingError, match=r"known are: index_dir, .*site_title"):
        load_settings({}, {}, tmp_path)


@pytest.mark.parametrize(
    ("variable", "raw", "said"),
    [
        ("BROADSHEET_PORT", "0", "must be between 1 and 65535"),
        ("BROADSHEET_PORT", "65536", "must be between 1 and 65535"),
        ("BROADSHEET_PORT", "eighty", "'eighty'"),
        ("BROADSHEET_PORT", "", "''"),
        ("BROADSHEET_COMMIT_EVERY_S", "31", "must be between 0.1 and 30"),
        ("BROADSHEET_COMMIT_EVERY_S", "0", "must be between 0.1 and 30"),
        ("BROADSHEET_COMMIT_EVERY_S", "nan", "must be between 0.1 and 30"),
        ("BROADSHEET_REFRESH_EVERY_S", "inf", "must be between 0.1 and 2"),
        ("BROADSHEET_WRITER_MEMORY_MB", "1", "must be between 16 and 65536"),
        ("BROADSHEET_SEARCH_DEADLINE_MS", "1.5", "'1.5'"),
    ],
)
def test_value_out_of_bounds_names_variable_value_and_bounds(
    variable: str, raw: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({}, {variable: raw}, tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{variable}: ")
    assert repr(raw) in message
    assert said in message


def test_message_names_the_unit(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"search_deadline_ms \(ms\) cannot be '1'"):
        load_settings({}, {"BROADSHEET_SEARCH_DEADLINE_MS": "1"}, tmp_path)


@pytest.mark.parametrize("text", ["port = ", "port = 1\nport = 2", "= 3"])
def test_file_that_is_not_toml_is_refused_by_its_path(text: str, tmp_path: Path) -> None:
    write_file(tmp_path, text)
    with pytest.raises(SettingError) as caught:
        load_settings({}, {}, tmp_path)
    assert str(tmp_path / SETTINGS_FILE) in str(caught.value)


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(b"site_title = '\xe9'\n")
    with pytest.raises(SettingError, match="cannot read"):
        load_settings({}, {}, tmp_path)


def test_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).mkdir()
    with pytest.raises(SettingError, match="cannot read"):
        load_settings({}, {}, tmp_path)


def test_setting_error_is_wrong_usage() -> None:
    assert issubclass(SettingError, UsageError)


@given(port=st.integers(min_value=1, max_value=65535))
def test_every_port_is_the_same_from_file_variable_and_option(
    port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    write_file(folder, f"port = {port}\n")
    from_file = load_settings({}, {}, folder)[0]
    from_variable = load_settings({}, {f"{ENVIRONMENT_PREFIX}PORT": str(port)}, folder.parent)[0]
    from_option = load_settings({"port": port}, {}, folder.parent)[0]
    assert from_file == from_variable == from_option == Settings(port=port)


@given(raw=st.text(max_size=20))
def test_any_text_for_a_number_is_a_value_or_a_setting_error(
    raw: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for setting in SETTINGS:
        if setting.unit in {"seconds", "ms", "MB"}:
            try:
                settings, _ = load_settings({}, {f"{ENVIRONMENT_PREFIX}{setting.name.upper()}": raw}, folder)
            except SettingError:
                continue
            assert getattr(settings, setting.name) >= 0


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    _, values = load_settings({}, {"BROADSHEET_OPENSEARCH_PASSWORD": "correct horse"}, tmp_path)
    shown = {value.setting.name: value.shown for value in values}
    assert shown["opensearch_password"] == "(set)"
    assert shown["opensearch_api_key"] == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine", "lucene"),
        ("opensearch_urls", "a:9200"),
        ("opensearch_urls", "http://a:9200,,http://b:9200"),
        ("opensearch_index", "_News"),
        ("opensearch_index", "News"),
        ("opensearch_shards", "0"),
        ("opensearch_replicas", "-1"),
    ],
)
def test_what_cannot_be_a_cluster_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=name):
        load_settings({}, {f"{ENVIRONMENT_PREFIX}{name.upper()}": value}, tmp_path)
