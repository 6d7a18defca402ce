"""What stands beside `broadsheet index`: a program that reads JSON Lines into a tantivy index, and loads nothing else.

python -m benchmarks.speed.tantivy_program FILE FOLDER THREADS
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.peers.tantivy_peer import write_articles


def main() -> None:
    path, folder, threads = sys.argv[1:]
    write_articles(Path(folder), read_corpus(Corpus("", Path(path), 0)), int(threads))


if __name__ == "__main__":
    main()
