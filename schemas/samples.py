"""A filled-in body of any type, always the same: the first golden example of each, and the ground of tests that need any event."""

import types
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
SAMPLES: dict[type, Any] = {
    str: "text",
    int: 3,
    bool: True,
    float: 0.5,
    UUID: UUID("0197a5c4-0000-4000-8000-000000000001"),
    datetime: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    date: date(2026, 3, 2),
}


def sample(model: type[M]) -> M:
    """Every field filled, the optional ones too."""
    return model(**{name: value_for(field.annotation, name) for name, field in model.model_fields.items()})


def value_for(kind: Any, name: str) -> Any:  # noqa: PLR0911 - one answer for each kind of type
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return value_for(arguments[0], name)
    if origin in {Union, types.UnionType}:
        return value_for(next(option for option in arguments if option is not type(None)), name)
    if origin is tuple:
        return (value_for(arguments[0], name),)
    if origin is dict:
        return {"key": value_for(arguments[1], name)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return sample(kind)
    return f"{name} text" if kind is str else SAMPLES.get(kind, "anything")
