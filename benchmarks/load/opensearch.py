"""One node of OpenSearch as a service: 4 GB of heap, one shard, English stems, merged into one segment.

Offsets are kept in the index, so that passages are cut without analysing texts again. It is asked over HTTP as an
application would ask it; what would print the page from its answer is not counted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from opensearchpy import OpenSearch, helpers

from benchmarks.load.asking import Asked, CannotMeasureError
from benchmarks.load.services import Kind, Seen
from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.queries import Form, Query
from benchmarks.speed.results import PROJECT

sys.path.insert(0, str(PROJECT / "tests" / "cluster"))

from opensearch_jars import HOME, VERSION, NotInstalledError
from opensearch_nodes import Cluster, loopback_addresses
from opensearch_programs import LEAST_JAVA, check_installed

from benchmarks.cluster_loading import with_analysis

_INDEX: Final = "articles"
_HEAP: Final = ("-Xms4g", "-Xmx4g")
_TEXT: Final = {"type": "text", "analyzer": "english", "index_options": "offsets"}
_PROPERTIES: Final = {
    "id": {"type": "keyword"},
    "title": _TEXT,
    "body": _TEXT,
    "author": {"type": "keyword"},
    "source": {"type": "keyword"},
    "date": {"type": "date"},
    "year": {"type": "short"},
}
_FIELDS: Final = ["title^2", "body"]
#: As many passages as Broadsheet shows, and of its length.
_HIGHLIGHT: Final = {
    "pre_tags": ["<mark>"],
    "post_tags": ["</mark>"],
    "fields": {"title": {"number_of_fragments": 0}, "body": {"number_of_fragments": 3, "fragment_size": 160}},
}
#: What Broadsheet's page offers beside its hits: facets and the years.
_COUNTED: Final = {
    "source": {"terms": {"field": "source", "size": 8}},
    "author": {"terms": {"field": "author", "size": 8}},
    "year": {"terms": {"field": "year", "size": 8}},
    "years": {"date_histogram": {"field": "date", "calendar_interval": "year"}},
}


class OpenSearchNode:
    """Implements `Service`. Its articles are loaded each time it is started."""

    name = "OpenSearch"

    def version(self) -> str:
        return f"OpenSearch {VERSION}"

    def prepare(self, corpus: Corpus, work: Path) -> None:  # noqa: ARG002 as the protocol has it
        try:
            check_installed(HOME)
        except NotInstalledError as error:
            raise CannotMeasureError(str(error)) from error
        find_full_java()

    @contextmanager
    def running(self, corpus: Corpus, work: Path) -> Iterator[str]:
        home = work / "opensearch-home"
        shutil.rmtree(home, ignore_errors=True)
        with Cluster(loopback_addresses(1), home=with_analysis(home), java=find_full_java(), flags=_HEAP) as cluster:
            _load(cluster, corpus)
            yield cluster.nodes[0].url

    def ask(self, query: Query, kind: Kind) -> Asked:
        words = {"query": " ".join(query.words), "fields": _FIELDS}
        if query.form is Form.PHRASE:
            words["type"] = "phrase"
        body: dict[str, Any] = {
            "size": 10,
            "track_total_hits": True,
            "_source": ["id", "title", "author", "source", "date"],
            "query": {"multi_match": words},
            "highlight": _HIGHLIGHT,
        }
        if kind == "page":
            body["aggs"] = _COUNTED
        return Asked(f"/{_INDEX}/_search?request_cache=false", orjson.dumps(body))

    def read(self, content: bytes) -> Seen:
        found = orjson.loads(content)["hits"]
        marked = sum(bool(hit.get("highlight")) for hit in found["hits"])
        return Seen(found["total"]["value"], len(found["hits"]), marked)


def _load(cluster: Cluster, corpus: Corpus) -> None:
    client = OpenSearch(cluster.urls.split(","), timeout=120)
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    client.indices.create(index=_INDEX, body={"settings": settings, "mappings": {"properties": _PROPERTIES}})
    helpers.bulk(client, _actions(corpus), chunk_size=1000)
    client.indices.forcemerge(index=_INDEX, max_num_segments=1, request_timeout=600)
    client.indices.refresh(index=_INDEX)
    client.close()


def _actions(corpus: Corpus) -> Iterator[dict[str, Any]]:
    for article in read_corpus(corpus):
        source: dict[str, Any] = {
            "id": article.id,
            "title": article.title,
            "body": article.body,
            "author": article.author,
            "source": article.source,
        }
        if article.published:
            source |= {"date": article.published.isoformat(), "year": article.published.year}
        yield {"_index": _INDEX, "_id": article.id, "_source": source}


def find_full_java() -> Path:
    """A JDK with every module, which the English analyzer wants: of JAVA_HOME, the machine's, or one of
    /usr/lib/jvm. Raises CannotMeasureError."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    found = shutil.which("java")
    if found:
        homes.append(Path(found).resolve().parent.parent)
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        java = home / "bin" / "java"
        if java.exists():
            said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
            version = re.search(r'version "(\d+)', said)
            if version and int(version[1]) >= LEAST_JAVA:
                return java
    raise CannotMeasureError(
        f"there is no Java of version {LEAST_JAVA} or later with all its modules, which OpenSearch wants; "
        "name one by JAVA_HOME, or leave OpenSearch out by SERVICES=broadsheet,datasette"
    )
