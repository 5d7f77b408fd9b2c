"""From what was chosen to the provenance that events carry."""

from collections.abc import Iterator

from schemas.provenance import MOST_LOST, Lost, Origin, Provenance, Won
from services.dedupe.domain.corrections import Correction
from services.dedupe.domain.golden import Golden, Source


def origin_of(source: Source) -> Origin:
    if isinstance(source, Correction):
        return Origin(as_of=source.at, by=source.by)
    return Origin(
        source=source.source, import_id=source.import_id, row=source.row, as_of=source.as_of, mapping_version=source.mapping_version
    )


def provenance_of(golden: Golden) -> Provenance:
    """The same for the same records and corrections, in whatever order they came."""
    places: dict[object, int] = {}
    origins: list[Origin] = []

    def place(source: Source) -> int:
        key = (source.person_id, source.field) if isinstance(source, Correction) else source.record_id
        if key not in places:
            places[key] = len(origins)
            origins.append(origin_of(source))
        return places[key]

    won: dict[tuple[int, str], list[str]] = {}
    for name, choice in golden.choices.items():
        won.setdefault((place(choice.source), choice.rule), []).append(name)
    lost = [Lost(field=name, value=value, origin=place(source)) for name, value, source in losing(golden)]
    return Provenance(
        origins=tuple(origins),
        won=tuple(Won(origin=at, rule=rule, fields=tuple(fields)) for (at, rule), fields in won.items()),
        lost=tuple(lost),
    )


def losing(golden: Golden) -> Iterator[tuple[str, str, Source]]:
    for name, choice in golden.choices.items():
        for value, source in choice.losing[:MOST_LOST]:
            yield name, value, source
