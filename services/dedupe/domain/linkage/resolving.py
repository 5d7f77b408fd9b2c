"""All of it on a set of records: whose they are, and which companies they mean."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from services.dedupe.domain.linkage import petnames, posts
from services.dedupe.domain.linkage.blocking import Pair, candidates
from services.dedupe.domain.linkage.clustering import cluster
from services.dedupe.domain.linkage.comparing import Levels, compare
from services.dedupe.domain.linkage.counts import counts_of
from services.dedupe.domain.linkage.employers import Companies, with_employers
from services.dedupe.domain.linkage.extras import with_extras
from services.dedupe.domain.linkage.learning import Learner
from services.dedupe.domain.linkage.lexicon import lexicon_of
from services.dedupe.domain.linkage.model import Frequencies, Model
from services.dedupe.domain.linkage.traits import Traits, traits_of
from services.dedupe.domain.record import NormalRecord

LINK = 0.5
"""Bits from which on a pair joins two groups: odds of 7 to 5."""
SHARED_BY = 4
"""Family names (by how they begin) in the records with one phone or address: from then on it is nobody's own."""
TOGETHER = -0.5
"""Bits that two groups must agree by, to be one."""


@dataclass(frozen=True)
class Thresholds:
    link: float = LINK
    together: float = TOGETHER


CLEAR = Thresholds(8.0, 8.0)
"""For the groups that the model learns from."""


@dataclass(frozen=True)
class Resolution:
    """For each record, in the order given: its person by the place of their first record, and its company if it means one."""

    records: Sequence[Traits]
    model: Model
    compared: dict[Pair, Levels]
    scores: dict[Pair, float]
    persons: list[int]
    companies: list[str | None]
    pet_names: Mapping[str, frozenset[str]]
    """Those that no list has, learned from the records."""
    posts: posts.Posts


Say = Callable[[str, int], None]
"""Told what begins, and of how many."""


def silent(_what: str, _many: int) -> None: ...


def resolve(records: Sequence[NormalRecord], thresholds: Thresholds = Thresholds(), say: Say = silent) -> Resolution:
    """The records in an order of their own (as by `record_id`): then the result is a function of their set."""
    traits, frequencies = described(records)
    pairs = candidates(traits)
    say("comparing", len(pairs))
    compared = compared_all(traits, pairs)
    say("learning", len(compared))
    pet_names = petnames.learned(traits, compared)
    traits = petnames.told(traits, pet_names)
    compared = petnames.compared_again(traits, compared)
    found_posts = posts.learned(traits, compared)
    traits = posts.told(traits, found_posts)
    compared = posts.compared_again(traits, compared)
    learner = Learner(traits, compared, frequencies)
    learner.expect_and_maximise()

    def grouped(by: Thresholds) -> tuple[Model, dict[Pair, float], list[int]]:
        model, scores = learner.model, learner.scores()

        def score(pair: Pair) -> float:
            one, other = traits[pair[0]], traits[pair[1]]
            return model.score(one, other, compare(one, other))

        return model, scores, cluster(len(traits), scores, score, link=by.link, together=by.together)

    learner.learn_from(grouped(CLEAR)[2])
    say("clustering", len(traits))
    learner.count_bearers(grouped(thresholds)[2])
    model, scores, persons = grouped(thresholds)
    return Resolution(traits, model, compared, scores, persons, companies(traits, persons), pet_names, found_posts)


def compared_all(traits: Sequence[Traits], pairs: Collection[Pair]) -> dict[Pair, Levels]:
    """In the pairs' order. Equal levels are one object, as few are different."""
    known: dict[Levels, Levels] = {}
    compared = {}
    for pair in sorted(pairs):
        levels = compare(traits[pair[0]], traits[pair[1]])
        compared[pair] = known.setdefault(levels, levels)
    return compared


def described(records: Sequence[NormalRecord]) -> tuple[list[Traits], Frequencies]:
    """What is compared, names completed from addresses, and how frequent each value is."""
    stated = without_shared([traits_of(record) for record in records])
    lexicon = lexicon_of(stated)
    traits = with_extras(with_employers([lexicon.complete(each) for each in stated]))
    employers = counts_of(employer for each in traits for employer in each.employers)
    own = (
        tuple(counts_of(each.extras[place][1] for each in traits if each.extras[place][1]) for place in range(len(traits[0].extras)))
        if traits
        else ()
    )
    return traits, Frequencies(lexicon_of(traits), employers, extras=own)


def without_shared(records: Sequence[Traits]) -> list[Traits]:
    """Without the phones and mailboxes that several people have: a switchboard's number says at which company, not who."""
    families: dict[str, set[str]] = defaultdict(set)
    for traits in records:
        if traits.family:
            for value in (*traits.phones, *(mailbox.whole for mailbox in traits.mailboxes)):
                families[value].add(traits.family_skeleton[:3])
    shared = {value for value, names in families.items() if len(names) >= SHARED_BY}
    return [
        replace(t, phones=t.phones - shared, mailboxes=tuple(m for m in t.mailboxes if m.whole not in shared))
        if not t.phones.isdisjoint(shared) or any(m.whole in shared for m in t.mailboxes)
        else t
        for t in records
    ]


def companies(traits: Sequence[Traits], persons: Sequence[int]) -> list[str | None]:
    known, groups = Companies(traits), defaultdict(list)
    for place, person in enumerate(persons):
        groups[person].append(place)
    found: list[str | None] = [None] * len(traits)
    for places in groups.values():
        for place, company in zip(places, known.of_person([traits[each] for each in places]), strict=True):
            found[place] = company
    return found
