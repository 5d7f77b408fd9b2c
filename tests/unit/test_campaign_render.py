"""Messages from templates: never blank, never with a gap."""

from typing import Any

import pytest

from schemas.campaign import Act
from schemas.details import Channel
from services.campaign.domain.render import Blocked, channels_of, check_template, message, rendered
from services.campaign.domain.rules import BadSequence
from tests.campaigns import person, step


def test_a_message_says_what_its_template_says_of_the_contact() -> None:
    written = message(step("s"), person(), "Bea")
    assert written.to == "ann0@example.org"
    assert written.to_name == "Ann Lee 0"
    assert written.subject == "About Acme"
    assert written.text == "Dear Ann, this is about Acme."


def test_a_missing_variable_with_a_default_takes_the_default() -> None:
    assert message(step("s"), person(given_name=None), None).text.startswith("Dear colleague,")


@pytest.mark.parametrize("known", [None, "", "   "])
def test_a_missing_variable_without_default_blocks_by_its_name(known: str | None) -> None:
    with pytest.raises(Blocked, match=r"^company_name is missing"):
        message(step("s"), person(company_name=known), None)


@pytest.mark.parametrize(
    "source",
    [
        "{{ title | upcase }}",
        "{{ 'Dear ' | append: title }}",
        "{% assign t = title %}{{ t }}",
        "{% capture t %}{{ title }}{% endcapture %}",
        "{{ title.size }}",
        "{{ title | default: city }}",
    ],
)
def test_there_is_no_way_round_a_missing_variable(source: str) -> None:
    check_template(source)
    with pytest.raises(Blocked, match="is missing, and the template has no default for it"):
        rendered(source, {})


def test_a_template_may_ask_whether_something_is_known() -> None:
    source = "{% if title %}as {{ title }}{% else %}as you are{% endif %}{% unless city %}, wherever{% endunless %}"
    assert rendered(source, {}) == "as you are, wherever"
    assert rendered(source, {"title": "CEO", "city": "Rome"}) == "as CEO"


@pytest.mark.parametrize("more", [{"text": "{{ title | default: ' ' }}"}, {"subject": "{{ title | default: ' ' }}"}])
def test_what_would_be_blank_is_blocked(more: dict[str, Any]) -> None:
    with pytest.raises(Blocked, match="would be blank"):
        message(step("s", **more), person(), None)


def test_without_an_address_for_the_channel_nothing_is_written() -> None:
    with pytest.raises(Blocked, match="no address for linkedin"):
        message(step("s", Act.MESSAGE), person(linkedin=None), None)


def test_an_invite_may_go_without_a_note() -> None:
    assert message(step("s", Act.INVITE), person(), None).text == ""


def test_a_subject_is_one_line_whatever_a_name_holds() -> None:
    assert message(step("s"), person(company_name="Acme\r\nBcc: all@example.org"), None).subject == "About Acme Bcc: all@example.org"


def test_a_name_that_looks_like_a_template_is_only_a_name() -> None:
    assert "{{ title }}" in message(step("s"), person(given_name="{{ title }}"), None).text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ password }}", "there is no variable password"),
        ("{{ given_name | default: salary }}", "there is no variable salary"),
        ("{% if secret %}{% endif %}", "there is no variable secret"),
        ("{{ given_name | rot13 }}", "there is no filter rot13"),
        ("{{ given_name | replace: 'a', 'aaaa' }}", "there is no filter replace"),
        ("{% for i in (1..9) %}{% endfor %}", "not Liquid as it is understood here"),
        ("{% include 'passwd' %}", "not Liquid as it is understood here"),
        ("{{ given_name", "not Liquid as it is understood here"),
        ("x" * 50_001, "at most 50000 characters"),
    ],
)
def test_a_template_that_cannot_be_is_refused_with_the_reason(source: str, why: str) -> None:
    with pytest.raises(BadSequence, match=why):
        check_template(source)


@pytest.mark.parametrize("doubling", ["{% assign a = a | append: a %}", "{% capture a %}{{ a }}{{ a }}{% endcapture %}"])
def test_a_template_cannot_grow_without_bound(doubling: str) -> None:
    with pytest.raises(Blocked, match=r"the template fails: .* limit reached"):
        rendered("{% assign a = 'aaaaaaaaaa' %}" + doubling * 60, {})


def test_a_contact_is_reached_by_the_addresses_that_it_has() -> None:
    assert channels_of(person()) == {Channel.EMAIL, Channel.LINKEDIN}
    assert channels_of(person(work_email=None, linkedin=None, twitter="ann")) == {Channel.TWITTER}
