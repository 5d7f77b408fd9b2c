"""What is compared of each record, as it was described last: kept beside it, as a batch compares many times as many as it brings."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.index import Key, Number
from services.dedupe.store import array
from services.kit.database import as_json, rows, run


class Kept(msgspec.Struct, frozen=True, array_like=True):
    workspace_id: UUID
    traits: Traits
    own: dict[Key, str]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Kept)


def digests(connection: Connection, numbers: Collection[Number], version: int) -> dict[Number, str]:
    """Of those of these records that are described by this version: the digest of what they said."""
    if not numbers:
        return {}
    found = rows(
        connection,
        """SELECT record, digest FROM described JOIN unnest(CAST(:numbers AS bigint[])) AS wanted (record) USING (record)
           WHERE version = :version""",
        numbers=array(numbers), version=version,
    )  # fmt: skip
    return {row.record: row.digest for row in found}


def of(connection: Connection, numbers: Collection[Number]) -> dict[Number, Kept]:
    if not numbers:
        return {}
    found = rows(
        connection,
        "SELECT record, written FROM described JOIN unnest(CAST(:numbers AS bigint[])) AS wanted (record) USING (record)",
        numbers=array(numbers),
    )
    return {row.record: _decoder.decode(row.written) for row in found}


def keep(connection: Connection, new: Mapping[Number, tuple[str, Kept]], version: int) -> None:
    """`new`: record → the digest of what it says, and its description."""
    if new:
        run(
            connection,
            """INSERT INTO described (workspace_id, record, version, digest, written)
               SELECT workspace_id, record, :version, digest, decode(written, 'hex')
               FROM json_to_recordset(:new) AS new (workspace_id uuid, record bigint, digest text, written text) ORDER BY record
               ON CONFLICT (record) DO UPDATE SET version = EXCLUDED.version, digest = EXCLUDED.digest, written = EXCLUDED.written""",
            version=version,
            new=as_json(
                {"workspace_id": kept.workspace_id, "record": number, "digest": digest, "written": _encoder.encode(kept).hex()}
                for number, (digest, kept) in new.items()
            ),
        )


def forget(connection: Connection, numbers: Collection[Number]) -> None:
    if numbers:
        run(
            connection,
            "DELETE FROM described USING unnest(CAST(:numbers AS bigint[])) AS gone (record) WHERE described.record = gone.record",
            numbers=array(numbers),
        )
