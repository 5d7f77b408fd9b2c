"""Which mapping a file is read with: the one that the caller gives, an earlier one of its source, the last, or a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.domain.activity_rows import faults_of_activities, with_activities
from services.ingest.domain.mapping import FieldMapping, faults_of, propose
from services.ingest.domain.types import Types, Written, types_of
from services.ingest.files import Sample
from services.ingest.store import sources as store
from services.ingest.store.sources import Settled
from services.kit.errors import Invalid


@dataclass(frozen=True)
class Choice:
    """What the caller says of the mapping: one of their own, or a version that was saved for the source; and types of columns."""

    mapping: FieldMapping | None = None
    version: int | None = None
    types: Mapping[str, Written] = field(default_factory=dict)


AS_BEFORE = Choice()
"""Nothing: the last that was saved, if the file has its columns, else a proposal."""


def settle(connection: Connection, workspace_id: UUID, source_id: UUID, sample: Sample, choice: Choice) -> Settled:
    """Raises Invalid with all that is wrong with what the caller says. A version is named only where just that is used."""
    columns = sample.layout.columns
    saved = store.saved_mapping(connection, workspace_id, source_id, choice.version)
    known: Types = saved.types if saved else {}
    if choice.version is not None:
        if choice.mapping is not None or choice.types:
            raise Invalid("give a mapping of your own or the version of a saved one, not both")
        if saved is None:
            raise Invalid(f"the source has no version {choice.version} of its mapping")
        check(saved.mapping, sample, f"version {choice.version} of the mapping")
        return saved
    if choice.mapping is None and saved and set(saved.mapping) <= set(columns):
        mapping, version = dict(saved.mapping), saved.version
    elif choice.mapping is not None:
        check(choice.mapping, sample, "the mapping")
        mapping, version = dict(choice.mapping), None
    else:
        mapping, version = with_activities(propose(columns, sample.cells), sample.cells), None
    if version is not None and not choice.types:
        return Settled(mapping, known, version)
    strangers = [column for column in choice.types if column not in mapping]
    if strangers:
        raise Invalid(f"a type is given for {strangers[0]!r}, which is not mapped")
    # What a version says of its columns is so, the columns that it takes for text among it.
    kept = {column: known.get(column, Written.TEXT) for column in saved.mapping} if saved else {}
    return Settled(mapping, types_of(mapping, columns, sample.cells, {**kept, **choice.types}), None)


def check(mapping: FieldMapping, sample: Sample, what: str) -> None:
    faults = faults_of(mapping, sample.layout.columns) + faults_of_activities(mapping)
    if faults:
        raise Invalid(f"{what} cannot be used: " + "; ".join(faults))
