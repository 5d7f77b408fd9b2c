"""Links carry what a page shows, and lead nowhere else."""

from urllib.parse import parse_qs, urlsplit

import pytest

from services.dashboard.links import inside, link


def test_a_link_keeps_what_is_shown_and_changes_what_is_named() -> None:
    state = {"view": "active", "kpi": "engaged", "sort": "score"}
    found = urlsplit(link("/leads", state, kpi=None, q="Müller & Söhne"))
    assert found.path == "/leads"
    assert parse_qs(found.query) == {"view": ["active"], "sort": ["score"], "q": ["Müller & Söhne"]}


def test_a_link_without_state_is_the_plain_path() -> None:
    assert link("/leads", {"q": ""}, kpi=None) == "/leads"


@pytest.mark.parametrize("target", ["/", "/provider", "/workspaces/1/leads?kpi=engaged&q=a%20b"])
def test_a_sign_in_leads_back_to_our_pages(target: str) -> None:
    assert inside(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_a_sign_in_leads_nowhere_else(target: str) -> None:
    assert inside(target) == "/"
