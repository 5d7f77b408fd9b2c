"""Pages by cursor: each answer says where the next one begins, so that nothing is skipped or shown twice while rows come and go.

@router.get(...)
def all_lists(part: Annotated[Part, Depends()], desk: ...) -> Page[ListView]:
    after = part.after(str, UUID)                        # None on the first page
    found = desk.read(lambda c: store.lists(c, after, part.limit + 1))
    return part.page(found, lambda view: (view.name, view.list_id))
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.kit.errors import Invalid

T = TypeVar("T")
MOST = 500


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = None
    """Give this as `cursor` for what follows; None at the end."""


NOT_GIVEN_OUT = "the cursor is none that this list gave out: begin again without it"


class Part:
    """Which part of a list is asked for. The cursor is the sort key of the last item shown, as base64 of JSON."""

    def __init__(
        self, limit: Annotated[int, Query(ge=1, le=MOST)] = 50, cursor: Annotated[str | None, Query(max_length=2000)] = None
    ) -> None:
        self.limit, self._cursor = limit, cursor

    def after(self, *types: type[Any]) -> tuple[Any, ...] | None:
        """The sort key after which to go on, read as these types. Raises Invalid for a cursor that this list never gave out."""
        if self._cursor is None:
            return None
        try:
            found = reader_of(types).validate_json(base64.urlsafe_b64decode(self._cursor))
        except (binascii.Error, ValidationError, ValueError) as error:
            raise Invalid(NOT_GIVEN_OUT) from error
        # No text in the database has NUL.
        if any(isinstance(each, str) and "\0" in each for each in found):
            raise Invalid(NOT_GIVEN_OUT)
        return found

    def page(self, found: Sequence[T], key: Callable[[T], Any]) -> Page[T]:
        """Of up to `limit + 1` items found, the page to show. `key` gives an item's sort key."""
        items = list(found[: self.limit])
        more = len(found) > self.limit
        return Page[Any](items=items, next=cursor_of(key(items[-1])) if more else None)


@cache
def reader_of(types: tuple[type[Any], ...]) -> TypeAdapter[tuple[Any, ...]]:
    key: Any = tuple.__class_getitem__(types)
    return TypeAdapter(key)


def cursor_of(key: Any) -> str:
    return base64.urlsafe_b64encode(TypeAdapter(Any).dump_json(key)).decode()
