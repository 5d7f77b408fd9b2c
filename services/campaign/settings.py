"""The planner's own settings."""

from datetime import timedelta

from services.campaign.domain.moves import Rules
from services.kit.settings import Settings


class CampaignSettings(Settings):
    campaign_late_hours: float | None = None
    """An e-mail found due later than this after its time is planned anew. Not set: 1 on real time; 24 where the clock is stepped
    (`clock_file`), whose steps pass over many due times at once."""
    campaign_finish_after_days: float = 3
    """From a recipient's last step to its exit as completed."""
    campaign_connection_wait_days: float = 14
    """How long a LinkedIn message waits for its invite to be accepted."""
    campaign_batch: int = 500
    """Recipients that the planner takes in one transaction."""

    @property
    def rules(self) -> Rules:
        late = self.campaign_late_hours if self.campaign_late_hours is not None else (24 if self.clock_file else 1)
        return Rules(
            late=timedelta(hours=late),
            finish_after=timedelta(days=self.campaign_finish_after_days),
            connection_wait=timedelta(days=self.campaign_connection_wait_days),
        )
