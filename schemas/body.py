"""What every event body is, and how a body marks what identifies a person."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


@dataclass(frozen=True)
class Sealed:
    """Marks a field that the codec encrypts with the key of the body's subject."""


Private = Annotated[T, Sealed()]
"""`Private[str | None] = None`: identifies a person. It must have a default, which is what readers see once the person is erased."""

PROVIDER = UUID("00000000-0000-4000-8000-000000000000")
"""The reserved workspace id of everything that belongs to the Provider and to no workspace."""


class Value(BaseModel):
    """A part of a body. Unknown fields are let through on reading, so that a newer writer does not stop an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Body(Value):
    """What happened, in the domain's words. The class name is the event's type; it is never edited, only versioned."""

    VERSION: ClassVar[int] = 1
    SUBJECT: ClassVar[str | None] = None
    """The field that names whose data the private fields are: `contact_id`, `person_id`, `record_id` or `user_id`."""


@cache
def private_fields(body: type[Body]) -> frozenset[str]:
    """The names of the fields that are sealed; none for a body that holds nothing about a person."""
    return frozenset(name for name, field in body.model_fields.items() if any(isinstance(mark, Sealed) for mark in field.metadata))
