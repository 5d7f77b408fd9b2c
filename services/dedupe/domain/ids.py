"""Ids of persons and companies, and of the keys that records are matched by."""

import hashlib
from uuid import UUID, uuid5

PERSONS = UUID("6f5b7c52-30d2-4b3e-9c08-5d9a7be10b01")
COMPANIES = UUID("6f5b7c52-30d2-4b3e-9c08-5d9a7be10b02")


def person_id_of(first_record_id: UUID) -> UUID:
    """A person is named after the record of theirs that arrived first."""
    return uuid5(PERSONS, str(first_record_id))


def company_id_of(workspace_id: UUID, kind: str, value: str) -> UUID:
    """`kind` is `domain` or `name`."""
    return uuid5(COMPANIES, f"{workspace_id}/{kind}:{value}")


def key_id_of(kind: str, value: str) -> UUID:
    """A digest: the index of keys holds no address in the clear."""
    return UUID(bytes=hashlib.blake2b(f"{kind}:{value}".encode(), digest_size=16).digest())
