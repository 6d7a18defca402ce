"""Every knob, with its unit, its default and where its value came from.

Later sources win: the default, `broadsheet.toml` in the working folder, `BROADSHEET_*` in the environment, the
command's own options. A setting that is not listed here does not exist, and a file that names one is refused.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from indexer.errors import SettingError

SETTINGS_FILE = "broadsheet.toml"
ENVIRONMENT_PREFIX = "BROADSHEET_"
ENGINES = ("whoosh", "opensearch")


#: Beyond that many the process that cuts the input for them and remembers ids is what they wait for.
_MOST_WORKERS = 8


def _count_cores() -> int:
    """The cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_WORKERS)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; the table `SETTINGS` says what each means."""

    index_dir: Path = Path("index_data/index")
    collection: str = ""
    commit_every_s: float = 30.0
    writer_memory_mb: int = 112
    index_workers: int = field(default_factory=_count_cores)
    lock_wait_s: float = 10.0
    host: str = "127.0.0.1"
    port: int = 8000
    search_deadline_ms: int = 1000
    refresh_every_s: float = 1.0
    site_title: str = "Broadsheet"
    ingest_token: str = ""
    ingest_body_mb: int = 16
    ingest_most_articles: int = 1000
    log: str = "text"
    slow_query_ms: int = 500
    serve_workers: int = 1
    serve_at_once: int = 2
    serve_queue: int = 32
    serve_wait_ms: int = 1000
    rate_limit_per_minute: int = 0
    client_header: str = ""
    trusted_hosts: str = ""
    engine: str = "whoosh"
    opensearch_urls: str = "http://127.0.0.1:9200"
    opensearch_index: str = "broadsheet"
    opensearch_shards: int = 1
    opensearch_replicas: int = 1
    opensearch_user: str = ""
    opensearch_password: str = ""
    opensearch_api_key: str = ""
    opensearch_ca_file: str = ""
    opensearch_timeout_s: float = 30.0
    opensearch_patience_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: `unit` is "" where the value has none. What is secret is never printed."""

    name: str
    unit: str
    help: str
    read: Callable[[str], object]
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting in force: `origin` is `default`, the settings file, the name of a variable, or `option`."""

    setting: Setting
    value: object
    default: object
    origin: str

    @property
    def shown(self) -> object:
        """The value as it may be printed."""
        return "(set)" if self.setting.is_secret and self.value else self.value


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError(f"must be between {least} and {most}")
        return value

    return read


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise ValueError(f"must be between {least:g} and {most:g}")
        return value

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be {' or '.join(choices)}")
        return text

    return read


def _addresses(text: str) -> str:
    for url in text.split(","):
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be addresses like http://a:9200, with commas between them")
    return text


def list_hosts(text: str) -> tuple[str, ...]:
    """The names of the setting `trusted_hosts`; with a dot in front, the name and all below it."""
    return tuple(filter(None, (host.strip().lower() for host in text.split(","))))


def _hosts(text: str) -> str:
    for host in list_hosts(text):
        if not re.fullmatch(r"\.?[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", host):
            raise ValueError("must be names like archive.example,.news.example, without http:// and port")
    return text


def _index_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", text):
        raise ValueError("must be small letters, digits, - and _, a letter or digit first, at most 100")
    return text


def _token(text: str) -> str:
    # What `Authorization: Bearer` can carry (RFC 6750), and long enough not to be guessed.
    if text and not re.fullmatch(r"[A-Za-z0-9._~+/-]{16,}=*", text):
        raise ValueError("must be at least 16 letters, digits and signs of -._~+/")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("index_dir", "folder", "where the index lives", Path),
    Setting("collection", "", "name of the collection for articles read; empty: the article's source", str),
    Setting("commit_every_s", "seconds", "longest time between two commits of a run", _seconds(0.1, 30)),
    Setting("writer_memory_mb", "MB", "memory for postings before they are spilled", _whole_number(16, 65536)),
    Setting("index_workers", "processes", "how many read and analyse; 0 or 1: one does it all", _whole_number(0, 64)),
    Setting("lock_wait_s", "seconds", "how long to wait for another process that is writing", _seconds(0, 86400)),
    Setting("host", "address", "address that `serve` listens on", str),
    Setting("port", "", "port that `serve` listens on", _whole_number(1, 65535)),
    Setting("search_deadline_ms", "ms", "longest time that one search may take", _whole_number(10, 60000)),
    Setting("refresh_every_s", "seconds", "how often `serve` looks for a new commit", _seconds(0.1, 2)),
    Setting("site_title", "", "name shown at the top of every page", str),
    Setting("ingest_token", "", "what `POST /api/v1/articles` has to show; empty: nobody may", _token, is_secret=True),
    Setting("ingest_body_mb", "MB", "largest body of a request that brings articles", _whole_number(1, 1024)),
    Setting("ingest_most_articles", "", "most articles that one request may bring", _whole_number(1, 100_000)),
    Setting("log", "", "how `serve` logs: `text`, or `json` with a line for every request", _one_of("text", "json")),
    Setting(
        "slow_query_ms",
        "ms",
        "searches that take so long are logged with their query; 0: none",
        _whole_number(0, 60000),
    ),
    Setting("serve_workers", "processes", "how many answer, each with the index open", _whole_number(1, 64)),
    Setting("serve_at_once", "", "requests that one process answers at once", _whole_number(1, 64)),
    Setting("serve_queue", "", "requests that wait in one process; more are told to come back", _whole_number(0, 256)),
    Setting("serve_wait_ms", "ms", "longest time that a request waits for its turn", _whole_number(10, 60000)),
    Setting(
        "rate_limit_per_minute", "", "requests that a client may send; 0: as many as it likes", _whole_number(0, 10**6)
    ),
    Setting("client_header", "", "header in which a proxy names the client, such as X-Forwarded-For", str),
    Setting("trusted_hosts", "", "names that `serve` answers under, with commas between them; empty: any", _hosts),
    Setting("engine", "", "where an index lives: whoosh (in index_dir) or opensearch", _one_of(*ENGINES)),
    Setting("opensearch_urls", "", "addresses of the cluster's nodes, with commas between them", _addresses),
    Setting(
        "opensearch_index", "", "alias of the index on OpenSearch, and what its parts are named after", _index_name
    ),
    Setting("opensearch_shards", "", "shards of an index that is made", _whole_number(1, 1024)),
    Setting("opensearch_replicas", "", "copies of each shard beside the first", _whole_number(0, 16)),
    Setting("opensearch_user", "", "user for basic authentication; empty: none", str),
    Setting("opensearch_password", "", "password of that user", str, is_secret=True),
    Setting("opensearch_api_key", "", "API key; empty: none", str, is_secret=True),
    Setting("opensearch_ca_file", "", "file of the authority that signed the cluster's certificates", str),
    Setting("opensearch_timeout_s", "seconds", "longest wait for one answer of a node", _seconds(0.5, 600)),
    Setting("opensearch_patience_s", "seconds", "how long a write is tried again", _seconds(0, 86400)),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def load_settings(
    options: Mapping[str, object], environment: Mapping[str, str], folder: Path
) -> tuple[Settings, tuple[SettingValue, ...]]:
    """The settings in force and the origin of each. `options` are the command's, already of the right type, None
    where not given. Raises SettingError with the name, the value and what would be right."""
    found: dict[str, tuple[object, str]] = {}
    path = folder / SETTINGS_FILE
    for name, raw in _read_file(path).items():
        found[name] = (_read_value(_setting(name, str(path)), str(raw), str(path)), str(path))
    for variable, raw in environment.items():
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if variable.startswith(ENVIRONMENT_PREFIX) and name in _BY_NAME:
            found[name] = (_read_value(_BY_NAME[name], raw, variable), variable)
    for name, option in options.items():
        if option is not None:
            found[name] = (_read_value(_BY_NAME[name], str(option), "option"), "option")
    settings = Settings(**{name: value for name, (value, _) in found.items()})  # type: ignore[arg-type]
    defaults = {each.name: getattr(Settings(), each.name) for each in fields(Settings)}
    values = tuple(
        SettingValue(
            setting,
            getattr(settings, setting.name),
            defaults[setting.name],
            found[setting.name][1] if setting.name in found else "default",
        )
        for setting in SETTINGS
    )
    return settings, values


def _read_file(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"cannot read {path}: {error}") from error


def _setting(name: str, origin: str) -> Setting:
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; known are: {', '.join(_BY_NAME)}"
    raise SettingError(f"{origin}: there is no setting {name!r}{meant}")


def _read_value(setting: Setting, raw: str, origin: str) -> object:
    try:
        return setting.read(raw)
    except ValueError as error:
        unit = f" ({setting.unit})" if setting.unit else ""
        given = "what it is" if setting.is_secret else repr(raw)
        raise SettingError(f"{origin}: {setting.name}{unit} cannot be {given}: {error}") from error
