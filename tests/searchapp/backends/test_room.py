"""A thread keeps the room of an ordinary search, not that of the oddest one."""

from __future__ import annotations

from searchapp.backends.kernels import tables
from searchapp.backends.room import Room


def held_bytes(room: Room) -> int:
    arrays = [*room._kept.values(), *room._frames, *room._tree_cursors]
    return sum(array.nbytes for array in arrays)


def test_room_for_very_many_terms_is_given_back_by_the_next_search() -> None:
    room = Room()
    for terms in (30, 200):
        room.make_cursors(terms)
        room.frames(8)
        room.tree_cursors(terms)
    ordinary = held_bytes(room)
    room.make_cursors(20_000)
    room.frames(400)
    room.tree_cursors(20_000)
    assert len(room._kept[tables.HEADS]) == 20_000
    assert held_bytes(room) > 10 * ordinary
    room.make_cursors(200)
    room.frames(8)
    room.tree_cursors(200)
    assert held_bytes(room) <= 1.5 * ordinary


def test_ordinary_searches_find_the_room_of_the_last_one() -> None:
    room = Room()
    room.make_cursors(500)
    kept, frames, cursors = room._kept[tables.DOCS], room.frames(20), room.tree_cursors(500)
    room.make_cursors(3)
    assert room._kept[tables.DOCS] is kept
    assert room.frames(2) is frames
    assert room.tree_cursors(3) is cursors
