"""The kinds of event streams of this service, and their states where they are read without being locked."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from services.campaign.domain import campaign as campaigns
from services.campaign.domain import recipient as recipients
from services.campaign.domain.campaign import Campaign
from services.campaign.domain.recipient import Progress
from services.kit.database import rows
from services.kit.events import Kind

CAMPAIGN: Kind[Campaign] = Kind("campaign", Campaign, campaigns.evolve)
RECIPIENT: Kind[Progress] = Kind("recipient", Progress, recipients.evolve)


def campaigns_of(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Campaign]:
    """As they stand now; who needs them not to change locks them."""
    found = rows(
        connection,
        "SELECT state::text AS state FROM streams WHERE stream = ANY(:names) AND state IS NOT NULL",
        names=[CAMPAIGN.stream(key) for key in ids],
    )
    states: list[Campaign] = [CAMPAIGN.stored.validate_json(row.state) for row in found]
    return {campaign.campaign_id: campaign for campaign in states}
