"""Topics are heard at once, by several threads or machines: no number may depend on how their batches fall over one another."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from schemas import campaign as c
from services.kit.codec import Codec
from services.kit.database import Database, rows
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kpi.domain.recount.count import recount
from services.kpi.store.live import live
from services.kpi.store.rows import PostgresRows
from tests.builders import codec_over, work_on
from tests.kpi_rows import HANDLER_OF
from tests.kpi_story import INVITE, MAIL, Story
from tests.kpi_world import Happening

pytestmark = pytest.mark.engines

PEOPLE = [f"Person {number}" for number in range(40)]
BATCH = 9


def busy_weeks() -> Story:
    """A campaign that is paused and resumed again and again while its recipients walk on, and contacts come and go."""
    story = Story()
    story.launch()
    for number, name in enumerate(PEOPLE):
        story.publish(name, email=True, verified=bool(number % 2), social=True)
        story.enrol(name)
        story.later(hours=3)
        if number % 6 == 0:
            running = number % 12 == 6
            kind = c.CampaignResumed if running else c.CampaignPaused
            story.tell(f"campaign:{story.campaign}", kind(campaign_id=story.campaign))
    for number, name in enumerate(PEOPLE):
        story.schedule(name, MAIL, story.now.date())
        story.take(name, MAIL)
        story.schedule(name, INVITE, story.now.date() + timedelta(days=1))
        story.fall_due(name, INVITE)
        story.later(hours=1)
        match number % 5:
            case 0:
                story.reply(name, "Yes")
            case 1:
                story.miss(name, INVITE)
            case 2:
                story.withdraw(name, INVITE)
            case 3:
                story.exclude(name)
    return story


def test_topics_heard_at_once_give_the_numbers_of_a_recount(settings: Settings) -> None:
    story, database = busy_weeks(), Database(settings.model_copy(update={"database_pool": 8}), "kpi")
    codec = codec_over(settings, database)
    topics: dict[str, list[Happening]] = defaultdict(list)
    for happening in story.told:
        topics[happening.topic.name].append(happening)
    with ThreadPoolExecutor(len(topics)) as threads:
        list(threads.map(lambda told: hear_all(database, codec, story, told), topics.values()))
    truth = recount(happening.raw() for happening in story.told)
    with database.transaction() as connection:
        now = live(connection, "kpi")
    with database.transaction() as connection:
        [waiting] = rows(connection, "SELECT count(*) AS n FROM contacts WHERE fold IS NULL")
    database.close()
    assert waiting.n == 0
    assert now.numbers == truth.numbers
    assert now.recipients == truth.recipients
    assert now.contacts == {key: names for key, names in truth.contacts.items() if names}
    assert now.tallies == truth.tallies


def test_a_campaign_is_not_launched_past_a_recipient_that_is_just_being_added(settings: Settings) -> None:
    story, database = Story(), Database(settings, "kpi")
    codec = codec_over(settings, database)
    story.publish("Ann Berg", email=True)
    story.launch()
    story.enrol("Ann Berg")
    *before, launched, enrolled = story.told
    for happening in before:
        hear_all(database, codec, story, [happening])
    with ThreadPoolExecutor(1) as thread:
        with database.transaction() as connection:
            HANDLER_OF[enrolled.topic.name]([enrolled.heard()], PostgresRows(connection), story.now)
            launching = thread.submit(hear_all, database, codec, story, [launched])
            with pytest.raises(TimeoutError):
                launching.result(timeout=0.5)
        launching.result(timeout=10)
    with database.transaction() as connection:
        now = live(connection, "kpi")
    database.close()
    assert now.numbers == recount(happening.raw() for happening in story.told).numbers
    assert now.contacts == {str(story.contact("Ann Berg")): {"all", "active", "waiting"}}


def hear_all(database: Database, codec: Codec, story: Story, told: Sequence[Happening]) -> None:
    """As a lane does: batch by batch, and again where the database asks for it."""
    handler, place = HANDLER_OF[told[0].topic.name], 0
    while place < len(told):
        try:
            with database.transaction() as connection:
                heard = [happening.heard() for happening in told[place : place + BATCH]]
                work_on(connection, codec, story.now).append(handler(heard, PostgresRows(connection), story.now))
        except Unavailable:
            continue
        place += BATCH
