"""The contracts as files: a JSON Schema and golden examples for every version of every event, held against the models.

`schemas/json/TOPIC/Type.v1.json` is generated; it may grow by optional fields and in no other way. `schemas/examples/Type.v1/*.json` are
bodies once written: whatever the models become, they must still be read. What breaks either is a new VERSION, kept beside the old one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas.body import Body, private_fields
from schemas.samples import sample
from schemas.topics import BODY_NAMED, TOPIC_OF, TOPICS

HERE = Path(__file__).parent
Json = dict[str, Any]


def label(body: type[Body]) -> str:
    return f"{body.__name__}.v{body.VERSION}"


def schema_file(body: type[Body]) -> Path:
    return HERE / "json" / TOPIC_OF[body].name / f"{label(body)}.json"


def schema_of(body: type[Body]) -> Json:
    schema = body.model_json_schema(mode="serialization")
    schema["x-private"] = sorted(private_fields(body))
    return schema


def generate() -> list[Path]:
    """Write what is missing or has grown; refuses, by ValueError, what would break a reader. Returns the files written."""
    problems = list(breaks())
    if problems:
        raise ValueError("these changes break readers, raise the body's VERSION instead:\n" + "\n".join(problems))
    written = []
    for body in BODY_NAMED.values():
        text = json.dumps(schema_of(body), indent=2, sort_keys=True) + "\n"
        file = schema_file(body)
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            written.append(file)
        example = HERE / "examples" / label(body) / "first.json"
        if not example.exists():
            example.parent.mkdir(parents=True, exist_ok=True)
            example.write_text(json.dumps(sample(body).model_dump(mode="json"), indent=2) + "\n")
            written.append(example)
    return written


def check() -> Iterator[str]:
    """What is wrong, in sentences; nothing if all is well."""
    yield from breaks()
    yield from stale()
    yield from unread()
    yield from unkeyed()


def breaks() -> Iterator[str]:
    for body in BODY_NAMED.values():
        file = schema_file(body)
        if file.exists():
            yield from (f"{label(body)}: {what}" for what in incompatible(json.loads(file.read_text()), schema_of(body)))


def incompatible(old: Json, new: Json, path: str = "") -> Iterator[str]:
    """How events written under `old` could fail to be read under `new`, or the other way round."""
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    # Serialisation names every field as present; a field without a default is the one that readers rely on.
    for name in old_fields.keys() - new_fields.keys():
        yield f"{path}{name} was removed"
    for name in new_fields.keys() - old_fields.keys():
        if "default" not in new_fields[name]:
            yield f"{path}{name} was added without a default"
    for name in old_fields.keys() & new_fields.keys():
        if shape(old_fields[name], old) != shape(new_fields[name], new) and not grew(old_fields[name], new_fields[name]):
            yield f"{path}{name} changed its type"
        if "default" in old_fields[name] and "default" not in new_fields[name]:
            yield f"{path}{name} lost its default"
    for name, definition in old.get("$defs", {}).items():
        yield from incompatible(definition, new.get("$defs", {}).get(name, {}), f"{path}{name}.")
        gone = set(definition.get("enum", ())) - set(new.get("$defs", {}).get(name, {}).get("enum", ()))
        if gone:
            yield f"{path}{name} lost the values {sorted(gone)}"


def shape(field: Json, schema: Json) -> Json:
    """A field without its words."""
    bare: Json = {}
    for key, value in field.items():
        if key in {"title", "description", "default", "examples"}:
            continue
        bare[key] = (
            shape(value, schema)
            if isinstance(value, dict)
            else [shape(v, schema) if isinstance(v, dict) else v for v in value]
            if isinstance(value, list)
            else value
        )
    return bare


def grew(old: Json, new: Json) -> bool:
    """Whether `new` only allows more than `old` did: `string` to `string or null`, say."""
    allowed = [shape(option, {}) for option in new.get("anyOf", ())]
    return bool(allowed) and all(shape(option, {}) in allowed for option in old.get("anyOf", [old]))


def stale() -> Iterator[str]:
    known = {schema_file(body) for body in BODY_NAMED.values()}
    for body in BODY_NAMED.values():
        file = schema_file(body)
        if not file.exists() or json.loads(file.read_text()) != schema_of(body):
            yield f"{label(body)}: its JSON Schema is not up to date, run `python -m schemas generate`"
    for file in sorted((HERE / "json").rglob("*.json")):
        if file not in known:
            yield f"{file.relative_to(HERE)}: no body has this name and version; a version once published is never removed"


def unread() -> Iterator[str]:
    named = {label(body): body for body in BODY_NAMED.values()}
    folders = {folder.name: folder for folder in (HERE / "examples").iterdir() if folder.is_dir()}
    for name in sorted(named.keys() - folders.keys()):
        yield f"{name}: has no golden example, run `python -m schemas generate`"
    for name, folder in sorted(folders.items()):
        if name not in named:
            yield f"examples/{name}: no body has this name and version; a version once published is never removed"
            continue
        for file in sorted(folder.glob("*.json")):
            try:
                named[name].model_validate_json(file.read_text())
            except ValidationError as error:
                yield f"examples/{name}/{file.name} is no longer read: {error}"


def unkeyed() -> Iterator[str]:
    """Every body on a topic has the field that the topic is keyed by, in the clear."""
    for topic in TOPICS:
        for body in topic.bodies:
            if topic.key not in body.model_fields:
                yield f"{label(body)}: has no {topic.key}, by which {topic.name} is keyed"
            elif topic.key in private_fields(body):
                yield f"{label(body)}: {topic.key} is private and cannot be a key"
            private = private_fields(body)
            if private and (body.SUBJECT is None or body.SUBJECT not in body.model_fields or body.SUBJECT in private):
                yield f"{label(body)}: has private fields and no open SUBJECT field"
            for name in private:
                if body.model_fields[name].is_required():
                    yield f"{label(body)}: the private {name} needs a default, which is what readers see after an erasure"
