"""Rules from the JSON in which they are asked for: what cannot be used is refused, with the place by its path and the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from services.publish.domain.rules import ASKED, FIELDS, IDENTITY_FIELDS, Either, Every, Not, Rule, Test, fold

MOST_PARTS, MOST_DEPTH, MOST_VALUES, LONGEST_VALUE = 200, 8, 500, 200


class RuleError(ValueError):
    """The rule cannot be used; says where and why."""


def parse(tree: Any) -> Rule:
    return Parser().rule(tree, "rule", 1)


@dataclass
class Parser:
    parts: int = 0
    """Seen so far."""

    def rule(self, node: Any, at: str, depth: int) -> Rule:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise RuleError(f"the rule has more than {MOST_PARTS} parts")
        if depth > MOST_DEPTH:
            raise RuleError(f"{at}: nested more than {MOST_DEPTH} deep")
        if not isinstance(node, dict):
            raise RuleError(f'{at}: expected {{"all": […]}}, {{"any": […]}}, {{"not": …}} or {{"field": …, "is": …, "value": …}}')
        for name, kind in (("all", Every), ("any", Either)):
            if name in node:
                return kind(self.rules(alone(node, name, at), f"{at}.{name}", depth + 1))
        if "not" in node:
            return Not(self.rule(alone(node, "not", at), f"{at}.not", depth + 1))
        return test(node, at)

    def rules(self, parts: Any, at: str, depth: int) -> tuple[Rule, ...]:
        if not isinstance(parts, list) or not parts:
            raise RuleError(f"{at}: expected a list of at least one rule")
        return tuple(self.rule(part, f"{at}[{place}]", depth) for place, part in enumerate(parts))


def alone(node: dict[str, Any], name: str, at: str) -> Any:
    if len(node) > 1:
        raise RuleError(f"{at}: nothing else may stand beside “{name}”")
    return node[name]


def test(node: dict[str, Any], at: str) -> Test:
    if unknown := sorted(map(str, node.keys() - {"field", "is", "value"})):
        raise RuleError(f"{at}: “{unknown[0]}” is no part of a test, which has “field”, “is” and “value”")
    name, asks = choose(node.get("field"), FIELDS, f"{at}.field"), choose(node.get("is"), ASKED, f"{at}.is")
    if asks == "known":
        if "value" in node:
            raise RuleError(f"{at}.value: “known” takes no value")
        return Test(name, asks)
    if name in IDENTITY_FIELDS:
        raise RuleError(f"{at}.is: of “{name}”, which identifies a person, only “known” may be asked")
    return Test(name, asks, texts(node.get("value"), f"{at}.value"))


def choose(given: Any, known: Iterable[str], at: str) -> str:
    names = sorted(known)
    if given in names:
        return str(given)
    near = get_close_matches(given, names, 1) if isinstance(given, str) else []
    hint = f"did you mean “{near[0]}”?" if near else "expected one of " + ", ".join(names)
    raise RuleError(f"{at}: missing; {hint}" if given is None else f"{at}: “{given}” is unknown; {hint}")


def texts(given: Any, at: str) -> tuple[str, ...]:
    values = given if isinstance(given, list) else [given]
    if not 0 < len(values) <= MOST_VALUES:
        raise RuleError(f"{at}: expected 1 to {MOST_VALUES} values, not {len(values)}")
    for value in values:
        if not isinstance(value, str) or not fold(value) or len(value) > LONGEST_VALUE:
            raise RuleError(f"{at}: expected a text of 1 to {LONGEST_VALUE} characters, or a list of such")
    return tuple(dict.fromkeys(values))
