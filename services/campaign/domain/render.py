"""Messages from their Liquid templates. What the preview shows is what is sent: both come from `message`."""

from collections.abc import Mapping
from functools import lru_cache

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, UndefinedError

from schemas.campaign import Act, OutreachMessage, Step
from schemas.details import Channel, PersonDetails
from services.campaign.domain.rules import BadSequence

OF_CONTACT = ("full_name", "given_name", "family_name", "title", "company_name", "company_domain", "city", "country")
VARIABLES = (*OF_CONTACT, "sender_name")
FILTERS = frozenset({
    "append", "capitalize", "default", "downcase", "first", "last", "lstrip", "prepend", "remove", "rstrip", "size", "slice", "strip",
    "truncate", "truncatewords", "upcase", "url_encode",
})  # fmt: skip
"""None by which a short template grows without bound."""
LONGEST_TEMPLATE = 50_000
TAGS = frozenset({"content", "output", "illegal", "if", "unless", "case", "assign", "capture", "comment", "#", "doc"})
"""No loops and no includes: a message does not need them, and a server does not want them."""
MUST_SAY_SOMETHING = frozenset({Act.EMAIL, Act.MESSAGE})


class Blocked(Exception):  # noqa: N818 - says what becomes of the message
    """The message cannot go out as it is; the reason says what is missing."""


class Templates(Environment):
    output_stream_limit = 200_000
    local_namespace_limit = 200_000
    context_depth_limit = 20


def make_environment() -> Templates:
    # A missing variable may be asked for (`if`, `default`); wherever it would be written or reckoned with, it is an error.
    made = Templates(undefined=FalsyStrictUndefined, strict_filters=True)
    made.tags = {name: tag for name, tag in made.tags.items() if name in TAGS}
    made.filters = {name: act for name, act in made.filters.items() if name in FILTERS}
    return made


environment = make_environment()


@lru_cache(maxsize=10_000)
def compiled(source: str) -> BoundTemplate:
    return environment.from_string(source)


def check_template(source: str) -> None:
    """Raises BadSequence where it is no Liquid, or uses a variable that is not on the list."""
    if len(source) > LONGEST_TEMPLATE:
        raise BadSequence(f"a template has at most {LONGEST_TEMPLATE} characters")
    try:
        used = compiled(source).analyze()
    except LiquidError as error:
        raise BadSequence(f"this is not Liquid as it is understood here: {first_line(error)}") from error
    for name in sorted(set(used.globals) - set(VARIABLES)):
        raise BadSequence(f"there is no variable {name}; variables are {', '.join(VARIABLES)}")
    for name in sorted(set(used.filters) - FILTERS):
        raise BadSequence(f"there is no filter {name}; filters are {', '.join(sorted(FILTERS))}")


def variables_of(details: PersonDetails, sender_name: str | None) -> dict[str, str]:
    """What is known, by name. What is empty is not known."""
    found = {name: getattr(details, name) for name in OF_CONTACT} | {"sender_name": sender_name}
    return {name: value.strip() for name, value in found.items() if value and value.strip()}


def message(step: Step, details: PersonDetails, sender_name: str | None) -> OutreachMessage:
    """Raises Blocked for a variable that is missing and has no fallback, for a message without text, and without an address."""
    to = address_of(step.channel, details)
    if to is None:
        raise Blocked(f"the contact has no address for {step.channel}")
    variables = variables_of(details, sender_name)
    subject = None if step.subject is None else " ".join(rendered(step.subject, variables).split())
    text = rendered(step.text, variables)
    if step.act in MUST_SAY_SOMETHING and not text.strip():
        raise Blocked("the text would be blank")
    if step.act == Act.EMAIL and not subject:
        raise Blocked("the subject would be blank")
    return OutreachMessage(to=to, to_name=variables.get("full_name"), subject=subject, text=text)


def rendered(source: str, variables: Mapping[str, str]) -> str:
    try:
        return compiled(source).render(**variables)
    except UndefinedError as error:
        name = first_line(error).split("'")[1]
        raise Blocked(f"{name} is missing, and the template has no default for it") from error
    except LiquidError as error:
        raise Blocked(f"the template fails: {first_line(error)}") from error


def address_of(channel: Channel, details: PersonDetails) -> str | None:
    match channel:
        case Channel.EMAIL:
            return details.email
        case Channel.LINKEDIN:
            return details.linkedin
        case Channel.TWITTER:
            return details.twitter


def channels_of(details: PersonDetails) -> frozenset[Channel]:
    return frozenset(channel for channel in Channel if address_of(channel, details))


def first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
