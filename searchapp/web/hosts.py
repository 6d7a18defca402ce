"""Under which names the service answers (setting `trusted_hosts`).

A page of somebody else whose name was pointed at our address meanwhile (DNS rebinding) asks under its own name, and
would be let to read what only this machine may. Where names are listed, no other is answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flask import Flask, request

from indexer.settings import Settings, list_hosts
from searchapp.web.failures import RefusedError

#: What asks whether the service lives does so by its number, whatever its name is.
_BY_NUMBER: Final = frozenset({"health.healthz", "health.readyz"})
#: What a Host header may be (RFC 9110, 7.2): a name or a number, and a port.
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")


def is_trusted(host: str, trusted: Sequence[str]) -> bool:
    """Whether a Host header gives one of these names; one with a dot in front stands for all below it, too."""
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = found[1].removesuffix(".")
    return any(name == each.removeprefix(".") or (each[0] == "." and name.endswith(each)) for each in trusted)


def trust_hosts(app: Flask, settings: Settings) -> None:
    """Refuse what is asked under another name than those listed; where none is, under whatever name it is asked."""
    trusted = list_hosts(settings.trusted_hosts)
    if not trusted:
        return

    def check_host() -> None:
        if request.endpoint in _BY_NUMBER or is_trusted(request.environ.get("HTTP_HOST", ""), trusted):
            return
        raise RefusedError(
            "untrusted_host",
            "this service does not answer under this name; its setting trusted_hosts lists those it has",
        )

    app.before_request(check_host)
