"""What processes of the nursery are asked to do. Every function may be cut off at any moment."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import scripted_writing as script
from interposed import Count, EndAt, interposed
from nursery import say

from indexer.analysis.analyzer import Analyzer
from indexer.backends.whoosh_index import WhooshIndex
from indexer.errors import ArchiveError
from indexer.indexing import index
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import FacetRequest, Plan, WordPlan
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

QUERIES = (
    "word7", "word1 word2", '"common key3"', "wor*", "key12~1", "author:author", "source:paper word9", "common -word3",
    "date:2013", "word4 OR word5", '"word8 word9"~5', "",
)  # fmt: skip


LEAST_BATCHES = 15


def warm_up() -> None:
    """Load and compile what the tasks run."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        script.write_batches(place, 13)
        _answers(WhooshEngine(place))


def write(folder: str, first: int, last: int) -> None:
    """Batches from `first` to `last`, saying of each when it begins and when it is committed."""
    with WhooshIndex.open_or_create(Path(folder)).writer(script.MEMORY_MB) as writer:
        for number in range(first, last + 1):
            say(f"begin {number}")
            script.write_batch(writer, number)
            say(f"done {number}")


def write_until(folder: str, number: int, operation: int) -> None:
    """One batch, and the end of the process at a file operation of it."""
    with interposed(Path(folder), EndAt(operation)):
        write(folder, number, number)


def count_operations(folder: str, number: int) -> None:
    """One batch; says how many file operations it took."""
    count = Count()
    with interposed(Path(folder), count):
        write(folder, number, number)
    say(f"operations {len(count.seen)}")


def write_with_files(folder: str, number: int, files: int) -> None:
    """One batch, with so many more files to be open at a time than are open now. Says what comes of it."""
    used = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + files, used + files))
    try:
        write(folder, number, number)
    except ArchiveError as error:
        say(f"refused {str(error).splitlines()[0]}")
    else:
        say("written")


def run_index(archive: str, folder: str, commit_every_s: float, workers: int) -> None:
    """`broadsheet index`, with both streams going where this process says things."""
    os.dup2(1, 2)
    os.environ["BROADSHEET_COMMIT_EVERY_S"] = str(commit_every_s)
    arguments = [archive, "--index-dir", folder, "--workers", str(workers), "--json"]
    code = index.main(arguments, prog_name="broadsheet", standalone_mode=False)
    sys.stdout.flush()
    say(f"code {code}")


def hold_lock(folder: str, seconds: float) -> None:
    """Be the writer for so long."""
    with WhooshIndex.open(Path(folder)).writer(script.MEMORY_MB):
        say("holding")
        time.sleep(seconds)


def run_together(parts: list[tuple[str, dict[str, object]]]) -> None:
    """Several of these tasks at once, each in a process of its own."""
    pids = []
    for call, arguments in parts:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                globals()[call](**arguments)
                code = 0
            except BaseException as error:  # noqa: BLE001 the process ends here
                say(f"failed {call}: {error!r}".replace("\n", " "))
            finally:
                os._exit(code)
        pids.append(pid)
    ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert ends == [0] * len(pids), ends


def write_for(folder: str, seconds: float, pause_s: float) -> None:
    """Batches, with a pause after each, for so long and some at least; says how many."""
    until = time.monotonic() + seconds
    number = 0
    with WhooshIndex.open(Path(folder)).writer(script.MEMORY_MB) as writer:
        while time.monotonic() < until or number < LEAST_BATCHES:
            number += 1
            script.write_batch(writer, number)
            time.sleep(pause_s)
    say(f"batches {number}")
    _ended(folder).touch()


def _ended(folder: str) -> Path:
    return Path(f"{folder}.ended")


def read_along(folder: str, seed: int) -> None:
    """Until the writer has ended, hold what is found to the story, of an engine that looks for newer generations and
    now and then of a new one; says how many answers were right and how many states they were of. Ends at the first that
    is wrong."""
    chosen = random.Random(seed)
    engine = WhooshEngine(Path(folder))
    number = answers = states = 0
    is_last = False
    while not is_last:
        is_last = _ended(folder).exists()
        before = number
        if chosen.random() < 0.05:
            engine = WhooshEngine(Path(folder))
        else:
            engine.refresh()
        number, more = _hold_to_story(engine, chosen)
        assert number >= before, f"from {before} back to {number}"
        states += number != before
        answers += more
    say(f"answers {answers} states {states}")


def _hold_to_story(engine: WhooshEngine, chosen: random.Random) -> tuple[int, int]:
    """The number of the batch whose state the engine shows, and how many answers said so."""
    ids = _find(engine, "common")
    stored = [each.article for each in engine.fetch(tuple(ids)) if each is not None]
    if not stored:
        assert ids == set()
        return 0, 1
    versions = {each.external_id: int(each.extra_json.strip("{}").partition(":")[2]) for each in stored}
    number = versions[script.article(script.MARK, 0).external_id]
    told = dict(script.state_after(number).articles)
    assert versions == {script.article(key, 0).external_id: version for key, version in told.items()}
    assert all(each == script.article(int((each.external_id or "")[3:]), versions[each.external_id]) for each in stored)
    wanted = [chosen.choice(list(told.values())) for _ in range(5)]
    for version in wanted:
        keys = {script.article_id(key) for key, each in told.items() if each == version}
        assert _find(engine, f"version{version}") == keys
    return number, 2 + len(wanted)


def _find(engine: WhooshEngine, form: str) -> set[str]:
    word = WordPlan("text", ((form,),), surface=True, weight=1.0, clause=0)
    found = engine.execute(Plan(word, word, "all", (), "relevance", 0, 1000))
    assert len(found.hits) == found.total
    return {hit.id for hit in found.hits}


def search(folder: str) -> None:
    """Says an answer, or what is damaged, of each question on a line of its own."""
    try:
        engine = WhooshEngine(Path(folder))
    except ArchiveError as error:
        say(f"{type(error).__name__}: {error}".splitlines()[0])
        return
    for answer in _answers(engine):
        say(answer)


def search_for(folder: str, seconds: float) -> None:
    """Ask again and again, of an engine that stays open, looks for newer generations, and of new ones; says each
    different answer once."""
    until = time.monotonic() + seconds
    engine = WhooshEngine(Path(folder))
    said: set[str] = set()
    rounds = 0
    while time.monotonic() < until:
        for each in (engine, WhooshEngine(Path(folder))):
            answer = "|".join(_answers(each))
            if answer not in said:
                said.add(answer)
                say(answer)
        engine.refresh()
        rounds += 1
    say(f"rounds {rounds}")


def _answers(engine: WhooshEngine) -> list[str]:
    """One line a question: a hash of all that is shown, or the damage that stands in the way."""
    service = SearchService(engine, Analyzer(), Settings(search_deadline_ms=60_000), lambda: script.TODAY)
    answers = []
    for query in QUERIES:
        request = SearchRequest(q=query, per_page=50, facets=(FacetRequest("source"), FacetRequest("year")))
        try:
            page = service.search(request)
            shown = [
                (hit.stored.id, hit.stored.article, round(hit.score, 5), [each.html for each in hit.snippets])
                for hit in page.hits
            ]
            answers.append(_hash([page.total, shown, [facet.counts for facet in page.facets]]))
        except ArchiveError as error:
            answers.append(f"{type(error).__name__}: {error}".splitlines()[0])
    try:
        ids = tuple(script.article_id(key) for key in range(script.MARK, script.KEYS))
        answers.append(_hash([each and each.article for each in engine.fetch(ids)]))
    except ArchiveError as error:
        answers.append(f"{type(error).__name__}: {error}".splitlines()[0])
    return answers


def _hash(shown: object) -> str:
    return hashlib.blake2b(repr(shown).encode(), digest_size=16).hexdigest()
