"""`python -m services.ingest [worker|api]`."""

import sys
from collections.abc import Callable, Sequence

from fastapi import APIRouter
from sqlalchemy import Connection

from services.ingest import agents, api
from services.ingest.bus import KafkaBus
from services.ingest.crawling import Crawler, fetcher_of
from services.ingest.importing import Importer
from services.ingest.settings import IngestSettings
from services.ingest.store import addresses, evidence, imports, web
from services.ingest.undoing import Undoer
from services.kit.clock import system_clock
from services.kit.loops import Loop
from services.kit.service import Context, Service, main


def loops(context: Context) -> Sequence[Loop]:
    settings: IngestSettings = context.settings
    bus = KafkaBus(settings, "ingest-imports")
    importer = Importer(
        context.worker,
        context.codec,
        context.clock,
        bus,
        settings.uploads_folder,
        settings.ingest_chunk_rows,
        settings.ingest_lease_seconds,
        context.secrets.digest,
    )

    undoer = Undoer(
        context.worker,
        context.codec,
        context.clock,
        KafkaBus(settings, "ingest-undos"),
        settings.ingest_chunk_rows,
        settings.ingest_lease_seconds,
    )

    def each_hour(name: str, forget: Callable[[Connection], int]) -> Loop:
        def step() -> int:
            with context.worker.transaction() as connection:
                return forget(connection)

        return Loop(name, step, idle=3600)

    def forget_evidence(connection: Connection) -> int:
        now = system_clock()
        return web.sweep(connection, now) + evidence.forget(connection, now, settings.ingest_web_evidence_days)

    return (
        *crawlers(context),
        each_hour("evidence", forget_evidence),
        Loop("imports", importer.step, idle=0.3, close=importer.close),
        Loop("undos", undoer.step, idle=0.5, close=undoer.close),
        Loop("sweep", importer.sweep, idle=3600),
        each_hour("rejected", lambda c: imports.forget_rejected(c, system_clock(), settings.ingest_rejected_days)),
        each_hour("waiting", lambda c: addresses.forget_waiting(c, settings.ingest_waiting_days)),
    )


def crawlers(context: Context) -> Sequence[Loop]:
    """One where the source is switched off: it ends what was begun before."""
    settings: IngestSettings = context.settings
    fetcher, made = fetcher_of(settings), list[Loop]()
    for number in range(1, (settings.ingest_web_fetchers if settings.ingest_web else 1) + 1):
        bus = KafkaBus(settings, f"ingest-web-{number}")
        crawler = Crawler(context.worker, context.codec, context.clock, bus, fetcher, settings, system_clock)
        made.append(Loop(f"web-{number}", crawler.step, idle=1.0, close=crawler.close))
    return made


def routers(context: Context) -> Sequence[APIRouter]:
    return (api.make_router(KafkaBus(context.settings, "ingest-pushes")),)


def busy(context: Context) -> int:
    with context.worker.transaction() as connection:
        return imports.running(connection)


SERVICE = Service("ingest", IngestSettings, hears=agents.hears, routers=routers, loops=loops, busy=busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
