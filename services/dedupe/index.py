"""The index that records are found by, and the links between them, all by the records' numbers. Sets in, sets out."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from services.dedupe.domain.linkage.blocking import MOST_IN_A_BLOCK, Pair
from services.dedupe.domain.linkage.employers import Domains
from services.dedupe.store import array
from services.kit.database import as_json, rows, run

Key = int
Number = int
"""Of a record: `arrived`."""
Entry = tuple[Key, Number]
Named = tuple[str, str]
"""A company's name, and the country of who names it: empty where it is not known, and for all countries together."""
NameDomain = tuple[str, str, str]
"""The same, and a domain that goes with it."""


def change_keys(connection: Connection, drop: Collection[Entry], add: Collection[Entry]) -> None:
    if drop:
        run(
            connection,
            """DELETE FROM keys USING unnest(CAST(:keys AS bigint[]), CAST(:records AS bigint[])) AS old (key, record)
               WHERE keys.key = old.key AND keys.record = old.record""",
            keys=array(key for key, _ in drop), records=array(record for _, record in drop),
        )  # fmt: skip
    if add:
        # In the order of the index, which is then gone through once.
        add = sorted(add)
        run(
            connection,
            """INSERT INTO keys (key, record)
               SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:records AS bigint[])) ON CONFLICT DO NOTHING""",
            keys=array(key for key, _ in add), records=array(record for _, record in add),
        )  # fmt: skip


def blocks(
    connection: Connection, keys: Mapping[Key, int], least: int = 2, watched: AbstractSet[Key] = frozenset()
) -> dict[Key, list[Number]]:
    """The records of each key. `keys`: with the most records that each may have; nothing for one that more have, or fewer than `least`.
    Of the `watched` that too many have, one more than that many.
    """
    wanted = sorted(keys)
    found = rows(
        connection,
        """SELECT wanted.key, few.records
           FROM unnest(CAST(:keys AS bigint[]), CAST(:upto AS int[])) AS wanted (key, upto)
                CROSS JOIN LATERAL (SELECT array_agg(record) AS records
                                    FROM (SELECT record FROM keys WHERE keys.key = wanted.key LIMIT :most) AS found) AS few
           WHERE cardinality(few.records) BETWEEN :least AND wanted.upto""",
        keys=array(wanted), upto=array(keys[key] + (key in watched) for key in wanted), most=MOST_IN_A_BLOCK + 1, least=least,
    )  # fmt: skip
    return {row.key: row.records for row in found}


def all_shared(connection: Connection) -> set[Key]:
    """In all workspaces: each has keys of its own."""
    return {row.key for row in rows(connection, "SELECT key FROM shared")}


def shared_among(connection: Connection, keys: Collection[Key]) -> set[Key]:
    if not keys:
        return set()
    found = rows(
        connection,
        "SELECT key FROM shared JOIN unnest(CAST(:keys AS bigint[])) AS wanted (key) USING (key)",
        keys=array(keys),
    )
    return {row.key for row in found}


def share(connection: Connection, keys: Collection[Key]) -> None:
    """From now on these say nothing; who has them is to be looked at again."""
    turn(connection, "INSERT INTO shared SELECT unnest(CAST(:keys AS bigint[])) ON CONFLICT DO NOTHING RETURNING key", keys)


def unshare(connection: Connection, keys: Collection[Key]) -> None:
    """From now on these say something again; who has them is to be looked at again."""
    turn(connection, "DELETE FROM shared WHERE key = ANY(CAST(:keys AS bigint[])) RETURNING key", keys)


def turn(connection: Connection, change: str, keys: Collection[Key]) -> None:
    """`change`: a statement that returns those of the keys that it changes."""
    if keys:
        run(
            connection,
            f"""WITH turned AS ({change})
                INSERT INTO again SELECT DISTINCT record FROM keys JOIN turned USING (key) ORDER BY record ON CONFLICT DO NOTHING""",  # noqa: S608
            keys=array(keys),
        )


class Link(NamedTuple):
    bits: float
    """log2 of the odds that these are one person."""
    apart: bool | None = None
    """Whether they are two, as it is stored; None for a link that is not yet."""


Links = dict[Number, dict[Number, Link]]
"""Record → those that it may be one person with."""


def links_of(connection: Connection, records: Collection[Number]) -> Links:
    if not records:
        return {}
    found = rows(
        connection,
        "SELECT record, other, bits, apart FROM links JOIN unnest(CAST(:records AS bigint[])) AS wanted (record) USING (record)",
        records=array(records),
    )
    links: Links = defaultdict(dict)
    for row in found:
        links[row.record][row.other] = Link(row.bits, row.apart)
    return links


def forget_links(connection: Connection, records: Collection[Number]) -> None:
    """All of these records, from both sides."""
    if records:
        run(
            connection,
            """WITH gone AS (DELETE FROM links USING unnest(CAST(:records AS bigint[])) AS old (record)
                             WHERE links.record = old.record RETURNING links.record, other)
               DELETE FROM links USING gone WHERE links.record = gone.other AND links.other = gone.record""",
            records=array(records),
        )


def keep_links(connection: Connection, workspace_id: UUID, links: Mapping[Pair, Link]) -> None:
    """From both sides."""
    if links:
        sides = sorted((record, other, link) for pair, link in links.items() for record, other in (pair, pair[::-1]))
        run(
            connection,
            """INSERT INTO links (workspace_id, record, other, bits, apart)
               SELECT :w, * FROM unnest(CAST(:records AS bigint[]), CAST(:others AS bigint[]), CAST(:bits AS float8[]),
                                        CAST(:aparts AS boolean[]))
               ON CONFLICT (record, other) DO UPDATE SET bits = EXCLUDED.bits, apart = EXCLUDED.apart""",
            w=workspace_id, records=array(record for record, _, _ in sides), others=array(other for _, other, _ in sides),
            bits=array(link.bits for _, _, link in sides), aparts=array(link.apart for _, _, link in sides),
        )  # fmt: skip


def mark_apart(connection: Connection, pairs: Mapping[Pair, bool]) -> None:
    """Whether the two of a link are two persons now."""
    if pairs:
        run(
            connection,
            """UPDATE links SET apart = new.apart
               FROM json_to_recordset(:pairs) AS new (record bigint, other bigint, apart boolean)
               WHERE links.record = new.record AND links.other = new.other AND links.apart <> new.apart""",
            pairs=as_json(
                {"record": record, "other": other, "apart": apart} for pair, apart in pairs.items() for record, other in (pair, pair[::-1])
            ),
        )


def domains_of(connection: Connection, workspace_id: UUID, names: Collection[str]) -> dict[str, Domains]:
    """A company's name → the domains that go with it."""
    if not names:
        return {}
    found = rows(
        connection,
        "SELECT name, country, domain, records FROM names WHERE workspace_id = :w AND name = ANY(CAST(:names AS text[]))",
        w=workspace_id, names=list(names),
    )  # fmt: skip
    domains: dict[str, Domains] = defaultdict(Domains)
    for row in found:
        domains[row.name].count(row.domain, row.country, row.records)
    return domains


def count_names(connection: Connection, workspace_id: UUID, changes: Mapping[NameDomain, int]) -> None:
    """More or fewer records for these. Records that have a name alone for which a domain came or went are to be looked at again."""
    if not changes:
        return
    run(
        connection,
        """WITH changes AS MATERIALIZED (
               SELECT * FROM json_to_recordset(:changes) AS new (name text, country text, domain text, records int)),
           domains AS (SELECT name, domain, sum(records) AS more FROM changes GROUP BY name, domain),
           before AS MATERIALIZED (
               SELECT name, domain, sum(names.records) AS records FROM names JOIN domains USING (name, domain) WHERE workspace_id = :w
               GROUP BY name, domain),
           counted AS (
               INSERT INTO names (workspace_id, name, country, domain, records)
               SELECT :w, name, country, domain, records FROM changes ORDER BY name, domain, country
               ON CONFLICT (workspace_id, name, domain, country) DO UPDATE SET records = names.records + EXCLUDED.records),
           turned AS (
               SELECT DISTINCT name FROM domains LEFT JOIN before USING (name, domain)
               WHERE before.records IS NULL OR before.records + more <= 0)
           INSERT INTO again
           SELECT arrived FROM turned CROSS JOIN LATERAL (
               SELECT arrived FROM records
               WHERE workspace_id = :w AND company_key = turned.name AND company_domain IS NULL AND person_id IS NOT NULL OFFSET 0) AS alone
           ORDER BY arrived ON CONFLICT DO NOTHING""",
        w=workspace_id,
        changes=as_json(
            {"name": name, "country": country, "domain": domain, "records": change} for (name, country, domain), change in changes.items()
        ),
    )
    if fewer := {name for (name, _, _), change in changes.items() if change < 0}:
        run(
            connection,
            "DELETE FROM names WHERE workspace_id = :w AND name = ANY(CAST(:names AS text[])) AND records <= 0",
            w=workspace_id,
            names=list(fewer),
        )


def keep_homes(connection: Connection, workspace_id: UUID, homes: Mapping[Named, str | None], but: Collection[Number]) -> None:
    """A company's name → the domain that it goes with clearly, if any. Where that is another than before, all records with the name alone
    are to be looked at again, of the country if it is of one; but these, which are looked at now.
    """
    if homes:
        run(
            connection,
            """WITH turned AS (
                   INSERT INTO homes (workspace_id, name, country, home)
                   SELECT :w, new.name, new.country, new.home
                   FROM json_to_recordset(:homes) AS new (name text, country text, home text)
                        LEFT JOIN homes AS old ON old.workspace_id = :w AND old.name = new.name AND old.country = new.country
                   WHERE old.home IS DISTINCT FROM new.home ORDER BY new.name, new.country
                   ON CONFLICT (workspace_id, name, country) DO UPDATE SET home = EXCLUDED.home
                   RETURNING name, country)
               INSERT INTO again
               SELECT arrived FROM turned CROSS JOIN LATERAL (
                   SELECT arrived FROM records
                   WHERE workspace_id = :w AND company_key = turned.name AND company_domain IS NULL
                     AND turned.country IN ('', record->>'country') OFFSET 0) AS alone
               WHERE arrived <> ALL(CAST(:but AS bigint[])) ORDER BY arrived ON CONFLICT DO NOTHING""",
            w=workspace_id,
            homes=as_json({"name": name, "country": country, "home": home} for (name, country), home in homes.items()),
            but=array(but),
        )


def next_again(connection: Connection, most: int) -> list[Number]:
    """Numbers of records to look at again, the oldest first."""
    return [row.record for row in rows(connection, "SELECT record FROM again ORDER BY record LIMIT :most", most=most)]


def take_again(connection: Connection, numbers: Collection[Number]) -> list[Number]:
    """Those of these that still are to be looked at; they are no more to be. Who asks holds their scopes: nobody else puts them there."""
    found = rows(
        connection,
        """DELETE FROM again USING unnest(CAST(:numbers AS bigint[])) AS mine (record)
           WHERE again.record = mine.record RETURNING again.record""",
        numbers=array(numbers),
    )
    return [row.record for row in found]


def decided_of(connection: Connection, records: Collection[Number]) -> tuple[set[Pair], set[Pair]]:
    """Pairs with one of these that people decided to be the same person, and those that they decided to be two."""
    if not records:
        return set(), set()
    found = rows(
        connection,
        """SELECT DISTINCT ON (record, other) record, other, same
           FROM decided JOIN unnest(CAST(:records AS bigint[])) AS wanted (record) USING (record)
           ORDER BY record, other, place DESC""",
        records=array(records),
    )
    same: set[Pair] = set()
    apart: set[Pair] = set()
    for row in found:
        (same if row.same else apart).add((min(row.record, row.other), max(row.record, row.other)))
    return same, apart


def waiting(connection: Connection) -> int:
    """How many records are to be looked at again."""
    return int(rows(connection, "SELECT count(*) AS records FROM again")[0].records)


def having(connection: Connection, keys: Collection[Key], most: int) -> list[Number]:
    """The records that have one of these, the oldest first."""
    found = rows(
        connection,
        "SELECT DISTINCT record FROM keys WHERE key = ANY(CAST(:keys AS bigint[])) ORDER BY record LIMIT :most",
        keys=array(keys), most=most,
    )  # fmt: skip
    return [row.record for row in found]
