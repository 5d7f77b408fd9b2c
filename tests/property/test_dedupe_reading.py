"""Whatever a source says, it has a normal form, and the same one each time."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.fields import DataField
from schemas.ingest import RecordIngested
from services.dedupe.domain import golden
from services.dedupe.domain.linkage.blocking import keys_of
from services.dedupe.domain.linkage.traits import traits_of
from services.dedupe.domain.normalise import normalise
from tests.builders import MONDAY

HARD = ("@", "a@b", "+49", "(0)", "linkedin.com/in/", "linkedin.com/in/%ff", "@ann", "GmbH", ",", "Dr.", "van", "\N{ZERO WIDTH SPACE}")
SAID = st.dictionaries(st.sampled_from([field.value for field in DataField]), st.text(max_size=40) | st.sampled_from(HARD))


@settings(deadline=None)  # The first one loads the names of countries.
@given(SAID)
def test_any_record_has_a_normal_form(fields: dict[str, str]) -> None:
    one = RecordIngested(
        record_id=UUID(int=1), source_id=UUID(int=2), source="s", source_row_id="1", import_id=UUID(int=3), row=2, digest="d", fields=fields
    )
    record = normalise(one, MONDAY)
    assert record == normalise(one, MONDAY)
    assert keys_of(traits_of(record)) == keys_of(traits_of(normalise(one, MONDAY)))
    chosen = golden.choose([record])
    assert set(chosen.provenance.values()) <= {record.record_id}
    assert set(chosen.provenance) == set(chosen.details.model_dump(exclude_none=True))
