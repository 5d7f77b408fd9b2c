"""The contracts hold, and the check that says so catches what it is for."""

import importlib
import re
from copy import deepcopy
from typing import Any

import pytest

from schemas import contracts
from schemas.campaign import StepScheduled
from schemas.topics import BODY_NAMED, SERVICES, TOPIC_OF, TOPICS, heard_by, told_by


def test_every_contract_holds() -> None:
    assert list(contracts.check()) == []


OLD: dict[str, Any] = contracts.schema_of(StepScheduled)


def changed(**fields: Any) -> dict[str, Any]:
    new = deepcopy(OLD)
    for name, field in fields.items():
        if field is None:
            del new["properties"][name]
        else:
            new["properties"][name] = field
    return new


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed(due_at=None), "due_at was removed"),
        (changed(step_id={"type": "integer"}), "step_id changed its type"),
        (changed(colour={"type": "string"}), "colour was added without a default"),
    ],
)
def test_a_change_that_breaks_readers_is_named(new: dict[str, Any], said: str) -> None:
    assert list(contracts.incompatible(OLD, new)) == [said]


def test_a_lost_value_of_an_enumeration_is_named() -> None:
    new = deepcopy(OLD)
    new["$defs"]["Channel"]["enum"].remove("twitter")
    assert list(contracts.incompatible(OLD, new)) == ["Channel lost the values ['twitter']"]


def test_an_optional_field_and_a_wider_type_may_be_added() -> None:
    new = changed(colour={"type": "string", "default": "red"}, step_id={"anyOf": [{"type": "string"}, {"type": "null"}]})
    assert list(contracts.incompatible(OLD, new)) == []


def test_every_event_stands_on_one_topic() -> None:
    placed = [body for topic in TOPICS for body in topic.bodies]
    assert len(placed) == len(set(placed)) == len(BODY_NAMED) == len(TOPIC_OF)
    assert {topic.writer for topic in TOPICS} | {reader for topic in TOPICS for reader in topic.readers} <= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_the_canvas_of_a_service_tells_what_the_catalogue_does(service: str) -> None:
    canvas = importlib.import_module(f"services.{service}").__doc__ or ""
    for word, topics in (("Hears", heard_by(service)), ("Tells", told_by(service))):
        line = re.search(rf"^{word}\s+(.+(?:\n {{4,}}.+)*)", canvas, re.MULTILINE)
        named = set(re.findall(r"[a-z]+\.[a-z]+", line.group(1))) if line else set()
        assert named == {topic.name for topic in topics}, f"{word} of services/{service}/__init__.py"
