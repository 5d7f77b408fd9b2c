"""The vault on a real PostgreSQL: one key per subject, whoever makes it, and none where it was destroyed."""

from collections.abc import Iterator

import pytest

from services.kit.database import Database
from services.kit.settings import Settings
from services.kit.vault import NONCE, Vault
from tests.builders import make_bed

pytestmark = pytest.mark.engines

ANN, BOB = "record:ann", "record:bob"


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    made = make_bed(settings)
    yield made
    made.close()


def opens(sealing: Vault, opening: Vault, subject: str) -> bool:
    one, other = sealing.ciphers([subject], make=True)[subject], opening.ciphers([subject])[subject]
    return one is not None and other is not None and other.decrypt(bytes(NONCE), one.encrypt(bytes(NONCE), b"x", None), None) == b"x"


def test_a_key_made_ready_is_the_subjects_key_for_everybody(settings: Settings, database: Database) -> None:
    first, second = (Vault(database, settings.master_key_bytes) for _ in range(2))
    first.make_ready([ANN, BOB])
    second.make_ready([BOB])
    assert opens(first, second, ANN)
    assert opens(second, first, BOB)


def test_a_key_that_is_not_to_be_kept_is_let_go_when_it_is_used(settings: Settings, database: Database) -> None:
    vault = Vault(database, settings.master_key_bytes)
    vault.make_ready([ANN])
    assert vault.ciphers([ANN, BOB], make=True, keep=False).keys() == {ANN, BOB}
    assert vault._cache == {}
    assert opens(vault, Vault(database, settings.master_key_bytes), ANN)


def test_a_key_that_was_destroyed_is_not_made_again(settings: Settings, database: Database) -> None:
    vault = Vault(database, settings.master_key_bytes)
    vault.make_ready([ANN])
    vault.destroy([ANN])
    vault.make_ready([ANN])
    assert vault.ciphers([ANN], make=True, keep=False) == {ANN: None}
