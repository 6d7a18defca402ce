"""The write side on a real cluster: what it holds is what was written, and a commit is what readers see."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from archive import (
    drafts_of,
    environment_for,
    hashes_held,
    hashes_of,
    made_articles,
    open_index,
    settings_for,
    write_all,
)
from click.testing import CliRunner, Result
from guarded import API_KEY, PASSWORD, USER, guard
from opensearch_nodes import Cluster

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, encode_article
from indexer.backends.choosing import open_index as open_chosen
from indexer.backends.opensearch_bulk import index_action, send_actions
from indexer.backends.opensearch_documents import prepare_document, write_documents
from indexer.backends.opensearch_fields import READINGS, index_mappings, lanes
from indexer.backends.opensearch_index import OpenSearchIndex
from indexer.backends.port import Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.words import choose_collector
from indexer.document import make_document
from indexer.errors import ClusterError, IndexBusyError, IndexNotFoundError, IndexVersionError
from indexer.settings import Settings
from searchapp.cli import main

SAMPLES = Path(__file__).parents[2] / "index_data" / "samples"


def run(settings: Settings, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, [*arguments], env=dict(environment_for(settings)), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def run_json(settings: Settings, *arguments: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(settings, *arguments, "--json").stdout)
    return said


def count_seen(index: OpenSearchIndex) -> int:
    return index.article_count()


def test_the_samples_live_on_a_cluster_as_in_a_folder(cluster: Cluster, tmp_path: Path) -> None:
    settings = settings_for(cluster, "samples")
    embedded = ["--engine", "whoosh", "--index-dir", str(tmp_path / "index")]
    first = run_json(settings, "index", str(SAMPLES), "--workers", "2")
    same = json.loads(run(settings, "index", str(SAMPLES), *embedded, "--json").stdout)
    assert [first[name] for name in ("read", "added", "skipped")] == [
        same[name] for name in ("read", "added", "skipped")
    ]

    again = run_json(settings, "index", str(SAMPLES))
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, first["added"])
    assert again["generation"] == first["generation"] == 1

    theirs = run_json(settings, "stats")
    ours = json.loads(run(settings, "stats", *embedded, "--json").stdout)
    for name in (
        "articles",
        "schema_version",
        "analysis_version",
        "tombstones",
        "undated",
        "by_source",
        "by_lang",
        "by_year",
    ):
        assert theirs[name] == ours[name], name
    assert theirs["size_bytes"] > 0
    assert theirs["segments"] > 0
    assert run_json(settings, "verify", "--deep")["is_whole"]
    assert set(open_index(settings).known_articles()) == set(WhooshIndex.open(tmp_path / "index").known_articles())

    gone = next(open_index(settings).known_articles()).id
    run(settings, "delete", gone, "--reason", "a mistake", "--purge")
    assert run_json(settings, "stats")["articles"] == first["added"] - 1
    assert run_json(settings, "index", str(SAMPLES))["skipped"]["deleted"] == 1
    run(settings, "undelete", gone)
    assert run_json(settings, "index", str(SAMPLES))["added"] == 1

    run(settings, "rebuild")
    assert open_index(settings).real_index() == "samples-v000002"
    assert run_json(settings, "stats")["by_source"] == theirs["by_source"]


def positions_held(vectors: dict[str, Any], of_lanes: tuple[str, ...]) -> dict[str, set[int]]:
    held: dict[str, set[int]] = defaultdict(set)
    for lane in of_lanes:
        for word, said in vectors.get(lane, {"terms": {}})["terms"].items():
            held[word] |= {token["position"] for token in said["tokens"]}
    return held


def test_words_stand_on_the_cluster_where_the_analyzer_puts_them(cluster: Cluster) -> None:
    """Lucene's own positions, read back from term vectors, which are kept here beside what an index has else."""
    mappings = index_mappings()
    for name, mapping in mappings["properties"].items():
        if mapping["type"] == "text":
            mappings["properties"][name] = {**mapping, "term_vector": "with_positions"}
    cluster.call("PUT", "/positions", {"mappings": mappings, "settings": {"number_of_replicas": 0}})
    articles = [
        Article("Well-known RÉSUMÉ", "The U.S. mine-\nfield, l'État.\n\nUS TROOPS RE-ENTER RÉSUMÉ-CAFÉS", lang="fr"),
        Article(
            "東京都", "run-runs of AT&T and 東京都 " + "x" * 300, ("Ann Lee", "Lee Ann"), "Harbour Post", lang="en"
        ),
        Article("Erdoğan", "a " * 500 + "well-being", tag=("ice-cream", "NATO"), lang="tr"),
    ]
    words = choose_collector(1 << 20)
    prepared = []
    for article in articles:
        words.add(article)
        prepared.append(prepare_document(article, article.id, article.content_hash, "/a", encode_article(article)))
    for article, content in zip(articles, write_documents(prepared, words.invert()), strict=True):
        cluster.call("PUT", f"/positions/_doc/{article.id}?refresh=true", json.loads(content))
        vectors = cluster.call("GET", f"/positions/_termvectors/{article.id}?fields=*&offsets=false")["term_vectors"]
        document = make_document(article, "", Analyzer())
        for field, reading in ((field, reading) for field, readings in READINGS.items() for reading in readings):
            wanted: dict[str, set[int]] = defaultdict(set)
            for token in getattr(document, field).tokens:
                for word in getattr(token, reading):
                    wanted[word].add(token.position)
            assert positions_held(vectors, lanes(field, reading)) == wanted, (article.title, field, reading)


def test_an_index_that_was_just_made_has_its_copies(cluster: Cluster) -> None:
    """Until it has, the death of one node takes for good what was written since."""
    index = open_index(settings_for(cluster, "copied", opensearch_shards=4))
    names = f"{index.real_index()},copied-control,copied-tombstones"
    states = [(each["index"], each["state"]) for each in cluster.call("GET", f"/_cat/shards/{names}?format=json")]
    assert len(states) == 4 * 2 + 2 * 3
    assert {state for _, state in states} == {"STARTED"}


def test_nothing_is_seen_before_a_commit_and_all_of_it_after(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "commits"))
    articles = list(made_articles(300))
    with index.writer(64) as writer:
        packer = writer.packer()
        for article in articles:
            draft = next(drafts_of([article]))
            packer.add(packer.prepare(article, draft.id, draft.content_hash, draft.origin, encode_article(article)))
        packed = packer.finish()
        assert sum(each.articles for each in packed) == 300
        assert count_seen(index) == 0
        writer.take(packed, ())
        commit = writer.commit()
        assert (commit.articles, count_seen(index), index.latest_generation()) == (300, 300, commit.generation)
        assert writer.commit() == commit
        assert hashes_held(index) == hashes_of(articles)


def test_writing_an_article_again_replaces_it_and_removing_takes_it_away(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "updates"))
    first, second = made_articles(2)
    with index.writer(64) as writer:
        write_all(writer, [first, second])
        changed = dataclasses.replace(first, body="Quite another text.")
        write_all(writer, [changed])
        assert hashes_held(index) == hashes_of([changed, second])
        assert writer.known(first.id).content_hash == changed.content_hash
        assert writer.remove(second.id)
        assert not writer.remove("0" * 16)
        assert writer.commit().articles == 1
        assert hashes_held(index) == hashes_of([changed])


def test_several_machines_load_one_archive_between_them(cluster: Cluster, tmp_path: Path) -> None:
    settings = settings_for(cluster, "shared")
    articles = list(made_articles(120))
    lines = [json.dumps({"id": each.external_id, "title": each.title, "body": each.body}) for each in articles]
    lines.append(json.dumps({"id": articles[7].external_id, "title": "Another text of the same id", "body": "x"}))
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    reports: list[dict[str, Any]] = []

    def load(part: int) -> None:
        reports.append(run_json(settings, "index", str(tmp_path), "--shard", f"{part}/3", "--workers", "0"))

    open_index(settings)
    for part in (1, 2, 3):
        load(part)
    totals = Counter()
    for report in reports:
        totals.update({name: report[name] for name in ("read", "added", "conflict")})
    assert totals == {"read": 121, "added": 120, "conflict": 1}
    assert all(report["added"] for report in reports)
    assert count_seen(open_index(settings)) == 120
    assert (
        "wants --engine opensearch"
        in run(settings, "index", str(tmp_path), "--shard", "1/2", "--engine", "whoosh", code=2).output
    )
    assert "1/16 to 16/16" in run(settings, "index", str(tmp_path), "--shard", "4/3", code=2).output


def test_no_generation_is_given_twice(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "numbers"))
    given: list[int] = []

    def commit_often() -> None:
        mine = open_index(settings_for(cluster, "numbers"))
        given.extend(mine.control.raise_generation() for _ in range(10))

    threads = [threading.Thread(target=commit_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 41))
    assert index.latest_generation() == 40


def test_an_archive_goes_to_the_cluster_and_comes_back_the_same(cluster: Cluster, tmp_path: Path) -> None:
    settings = settings_for(cluster, "moved")
    there, back = str(tmp_path / "there"), str(tmp_path / "back")
    run(settings, "index", str(SAMPLES), "--engine", "whoosh", "--index-dir", there)
    gone = next(WhooshIndex.open(Path(there)).known_articles()).id
    run(settings, "delete", gone, "--engine", "whoosh", "--index-dir", there)

    moved = run_json(settings, "migrate", "--to", "opensearch", "--index-dir", there)
    assert moved["is_same"]
    assert moved["written"] == moved["source"]["articles"] > 40
    assert moved["tombstones"] == 1
    again = run_json(settings, "migrate", "--to", "opensearch", "--index-dir", there)
    assert (again["written"], again["unchanged"]) == (0, moved["written"])

    returned = run_json(settings, "migrate", "--to", "whoosh", "--index-dir", back)
    assert returned["target"] == moved["source"]
    assert set(WhooshIndex.open(Path(back)).known_articles()) == set(WhooshIndex.open(Path(there)).known_articles())
    assert WhooshIndex.open(Path(back)).tombstones() == WhooshIndex.open(Path(there)).tombstones()


def test_migration_says_when_the_target_holds_more(cluster: Cluster, tmp_path: Path) -> None:
    settings = settings_for(cluster, "more")
    with open_index(settings).writer(64) as writer:
        write_all(writer, made_articles(3))
    folder = str(tmp_path / "index")
    run(settings, "index", str(SAMPLES / "tidewire.jsonl"), "--engine", "whoosh", "--index-dir", folder)
    done = run(settings, "migrate", "--to", "opensearch", "--index-dir", folder, code=1)
    assert "the target holds 3 more" in done.output


def test_search_goes_on_all_through_a_rebuild(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "rebuilt"))
    articles = list(made_articles(400))
    with index.writer(64) as writer:
        write_all(writer, articles)
    counts: list[int] = []
    is_over = threading.Event()

    def search_all_the_time() -> None:
        reader = open_index(settings_for(cluster, "rebuilt"))
        while not is_over.is_set():
            counts.append(count_seen(reader))

    searching = threading.Thread(target=search_all_the_time)
    searching.start()
    another = open_index(settings_for(cluster, "rebuilt"))
    refusals: list[str] = []

    def drafts() -> Any:
        for number, draft in enumerate(drafts_of(articles)):
            if number == 200:
                with pytest.raises(IndexBusyError, match="being rebuilt") as caught:
                    another.writer(64)
                refusals.append(str(caught.value))
            yield draft

    try:
        with index.writer(64) as writer:
            commit = writer.replace_all(drafts())
    finally:
        is_over.set()
        searching.join()
    assert set(counts) == {400}
    assert refusals
    assert (commit.articles, index.real_index()) == (400, "rebuilt-v000002")
    assert hashes_held(index) == hashes_of(articles)
    assert cluster.call("GET", "/rebuilt-v*/_alias").keys() == {"rebuilt-v000002"}


def test_a_rebuild_that_is_cut_off_changes_nothing(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "cutoff"))
    articles = list(made_articles(50))
    with index.writer(64) as writer:
        write_all(writer, articles)

    def broken() -> Any:
        yield from drafts_of(articles[:20])
        raise KeyboardInterrupt

    with index.writer(64) as writer, pytest.raises(KeyboardInterrupt):
        writer.replace_all(broken())
    assert hashes_held(index) == hashes_of(articles)
    # Cut off by the power, it leaves its lease, a block and half an index.
    index.control.take_lease()
    cluster.call("PUT", "/cutoff-v000001/_settings", {"index.blocks.write": True})
    cluster.call("POST", "/cutoff-control/_update/rebuild?refresh=true", {"doc": {"until_s": 1.0}})
    with index.writer(64) as writer:
        write_all(writer, made_articles(1, seed=2))
        assert writer.replace_all(drafts_of(articles)).articles == 50
    assert index.real_index() == "cutoff-v000002"


def test_tombstones_outlive_a_writer_and_the_first_reason_stands(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "buried"))
    stones = tuple(Tombstone(f"{number:016d}", "why", "2024-05-01") for number in range(1200))
    with index.writer(64) as writer:
        writer.bury(stones)
        writer.bury((Tombstone(stones[0].id, "another reason", "2024-06-01"),))
    assert set(index.tombstones()) == set(stones)
    with index.writer(64) as writer:
        assert writer.tombstone(stones[5].id) == stones[5]
        writer.unbury((stones[5].id,))
    assert set(index.tombstones()) == set(stones) - {stones[5]}


def test_what_is_not_mapped_is_refused_and_named(cluster: Cluster) -> None:
    index = open_index(settings_for(cluster, "strict"))
    article = next(made_articles(1))
    (refused,) = send_actions(index.connection, "strict-writer", [index_action(article.id, b'{"unknown":1}')])
    assert refused.id == article.id
    assert "strict_dynamic_mapping_exception" in refused.reason


def test_errors_say_what_to_do(cluster: Cluster) -> None:
    with pytest.raises(IndexNotFoundError, match="run: broadsheet index"):
        open_chosen(settings_for(cluster, "nowhere"))
    nobody = settings_for(cluster, "x", opensearch_urls="http://127.0.0.1:9", opensearch_patience_s=0)
    with pytest.raises(ClusterError, match=r"cannot be reached.*opensearch_urls"):
        open_index(nobody)
    index = open_index(settings_for(cluster, "older"))
    meta = index_mappings()["_meta"]["broadsheet"] | {"analysis_version": 1}
    cluster.call("PUT", f"/{index.real_index()}/_mapping", {"_meta": {"broadsheet": meta}})
    with pytest.raises(IndexVersionError, match=r"analysis 1.*run: broadsheet rebuild"):
        open_index(settings_for(cluster, "older"))


def test_a_guarded_cluster_is_entered_by_user_or_key_and_its_authority_is_checked(
    cluster: Cluster, tmp_path: Path
) -> None:
    article = next(made_articles(1))
    with guard(cluster.nodes[0].url, tmp_path) as door:
        known = {"opensearch_urls": door.url, "opensearch_ca_file": str(door.ca_file)}
        by_user = {"opensearch_user": USER, "opensearch_password": PASSWORD}
        with open_index(settings_for(cluster, "guarded", **known, **by_user)).writer(64) as writer:
            write_all(writer, [article])
        assert count_seen(open_index(settings_for(cluster, "guarded", **known, opensearch_api_key=API_KEY))) == 1
        wrong = settings_for(cluster, "guarded", **known, opensearch_user=USER, opensearch_password="guessed")
        with pytest.raises(ClusterError, match="check opensearch_user") as caught:
            open_index(wrong)
        assert "guessed" not in str(caught.value)
        strange = settings_for(cluster, "guarded", opensearch_urls=door.url, **by_user, opensearch_patience_s=0)
        with pytest.raises(ClusterError, match="CERTIFICATE_VERIFY_FAILED"):
            open_index(strange)
