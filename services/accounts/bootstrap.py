"""`python -m services.accounts bootstrap`: the first operator, and an operator's API key for the command line."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from schemas.accounts import ApiKeyIssued, Role
from schemas.body import PROVIDER
from services.accounts import passwords
from services.accounts.domain.roles import Post
from services.accounts.handlers import keys, users
from services.accounts.handlers.users import NewUser
from services.accounts.store import secrets
from services.accounts.tokens import new_key_secret, new_password
from services.kit.database import run
from services.kit.events import Work
from services.kit.service import Context

ACTOR = "service:accounts"
BOOTSTRAP_LOCK = 7_105_002


def parsed(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser("python -m services.accounts bootstrap", description=__doc__)
    parser.add_argument("--email", required=True, help="the operator's log-in")
    parser.add_argument("--name", default="Operator")
    parser.add_argument("--password", help="without it one is chosen and printed; that of a user who is there stays")
    parser.add_argument("--key-file", type=Path, help="put an operator's API key there, readable by its owner alone")
    return parser.parse_args(arguments)


def bootstrap(context: Context, arguments: Sequence[str]) -> str:
    """Makes what is not there yet, and says in words what there is."""
    asked = parsed(arguments)
    said = [make_operator(context, asked.email, asked.name, asked.password)]
    if asked.key_file:
        said.append(make_key(context, asked.key_file))
    return "\n".join(said)


def make_operator(context: Context, email: str, name: str, password: str | None) -> str:
    chosen = password or new_password()
    new = NewUser(uuid4(), PROVIDER, name, email, passwords.hashed(chosen), [Post(Role.OPERATOR)])
    with context.worker.transaction() as connection:
        work = begin(context, connection)
        if secrets.login_of(connection, email):
            return f"{email} is there already; the password stays as it is"
        _, told = users.create_user(work, new, Role.OPERATOR)
        work.append(told)
    return f"{email} is an operator now" + ("" if password else f", with the password {chosen}")


def make_key(context: Context, file: Path) -> str:
    """Keeps the key that is in the file while it is good."""
    secret = new_key_secret()
    asked = ApiKeyIssued(key_id=uuid4(), role=Role.OPERATOR, name=file.name)
    with context.worker.transaction() as connection:
        work = begin(context, connection)
        if file.exists() and secrets.known_by_key(connection, file.read_text().strip(), None):
            return f"the API key in {file} is good"
        _, told = keys.issue(work, asked, secret, Role.OPERATOR)
        work.append(told)
        # Before the commit: a file whose key was never stored is replaced by the next call; a key in no file would stay valid.
        write_private(file, secret)
    return f"an operator's API key is in {file}"


def begin(context: Context, connection: Connection) -> Work:
    """Two who bootstrap at once do it one after the other."""
    run(connection, "SELECT pg_advisory_xact_lock(:lock)", lock=BOOTSTRAP_LOCK)
    return Work(connection, context.codec, context.clock(), ACTOR, f"bootstrap-{uuid4()}")


def write_private(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content + "\n")
    part.replace(file)
