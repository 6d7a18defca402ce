"""How a view comes to answer an operation."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from searchapp.web.operations import Operation


def add_view(blueprint: Blueprint, operation: Operation, view: Callable[..., Response]) -> None:
    """Let `view`, which is given the variables of the path by name, answer this operation."""
    address = operation.path.replace("{", "<").replace("}", ">")
    blueprint.add_url_rule(address, operation.name, view, methods=[operation.method.upper()])
