"""Bulk records are written without a model each, and as the model would write them."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from aiokafka.partitioner import murmur2 as aiokafkas
from hypothesis import given
from hypothesis import strategies as st

from schemas.body import PROVIDER, private_fields
from schemas.ingest import RecordIngested
from services.ingest.domain.ids import named
from services.ingest.domain.records import Draft
from services.ingest.domain.values import is_evenly_spaced
from services.ingest.intake import OpenRecord, Origin, written_body
from services.kit.codec import field_sets, splice
from services.kit.publisher import murmur2

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside them


@given(st.uuids(), TEXT, TEXT, st.integers(1, 10**9), st.none() | TIMES, st.dictionaries(TEXT, TEXT, max_size=5))
def test_a_record_is_written_byte_for_byte_as_its_model_writes_itself(
    record_id: UUID, source: str, row_id: str, line: int, as_of: datetime | None, fields: dict[str, str]
) -> None:
    origin = Origin(PROVIDER, PROVIDER, source, PROVIDER, 7, datetime(2026, 3, 2, tzinfo=UTC))
    written = written_body(origin, line, record_id, Draft(row_id, fields, "d1", as_of))
    body = RecordIngested(
        record_id=record_id, source_id=PROVIDER, source=source, source_row_id=row_id, import_id=PROVIDER, row=line, mapping_version=7,
        digest="d1", as_of=as_of, fields=fields,
    )  # fmt: skip
    private, rest = field_sets(RecordIngested)
    assert written.opened == body.model_dump_json(include=rest).encode()
    assert written.secret == body.model_dump_json(include=private, exclude_none=True).encode()
    assert RecordIngested.model_validate_json(splice(written.opened, written.secret)) == body
    assert written.subject == f"record:{record_id}"


def test_what_is_written_open_has_every_field_that_is_not_private() -> None:
    open_fields = [name for name in RecordIngested.model_fields if name not in private_fields(RecordIngested)]
    assert list(OpenRecord.__struct_fields__) == open_fields


@given(st.uuids(), st.lists(TEXT, max_size=5))
def test_ids_are_those_of_the_standard(namespace: UUID, names: list[str]) -> None:
    assert named(namespace, names) == [uuid5(namespace, name) for name in names]


@given(st.text(st.sampled_from("ab \t\n\u00a0\u2003\u200b\0\x1f|"), max_size=6))
def test_text_is_evenly_spaced_if_collapsing_its_white_space_changes_nothing_within(text: str) -> None:
    assert not is_evenly_spaced(text) or " ".join(text.split()) == text.strip()


@given(st.binary(max_size=50))
def test_a_key_goes_to_the_partition_where_every_kafka_client_puts_it(key: bytes) -> None:
    assert murmur2(key) == aiokafkas(key) & 0xFFFFFFFF
