"""The one catalogue of topics: who writes, who reads, what stands on each, and by what it is keyed."""

from dataclasses import dataclass

from schemas import accounts, campaign, dedupe, ingest, kpi, publish, sender
from schemas.body import Body

SERVICES = ("ingest", "dedupe", "publish", "campaign", "sender", "kpi", "accounts", "dashboard")


@dataclass(frozen=True)
class Topic:
    """`key` is the body's field that orders: events with one key stay in order.

    `stored` is False where bulk records bypass the event store.
    """

    name: str
    writer: str
    readers: tuple[str, ...]
    key: str
    bodies: tuple[type[Body], ...]
    stored: bool = True


ACCOUNTS_EVENTS = Topic(
    "accounts.events",
    writer="accounts",
    readers=("ingest", "publish", "campaign", "sender", "kpi"),
    key="client_id",
    bodies=(
        accounts.ClientCreated,
        accounts.PlanChanged,
        accounts.WorkspaceCreated,
        accounts.UserCreated,
        accounts.UserDisabled,
        accounts.RoleGranted,
        accounts.RoleRevoked,
        accounts.LicenceGranted,
        accounts.LicenceReturned,
        accounts.ApiKeyIssued,
        accounts.ApiKeyRevoked,
    ),
)
INGEST_IMPORTS = Topic(
    "ingest.imports",
    writer="ingest",
    readers=("kpi", "publish"),
    key="source_id",
    bodies=(ingest.SourceRegistered, ingest.ImportStarted, ingest.ImportFinished, ingest.ImportFailed, ingest.ImportUndone),
)
INGEST_RECORDS = Topic(
    "ingest.records",
    writer="ingest",
    readers=("dedupe",),
    key="record_id",
    bodies=(ingest.RecordIngested, ingest.RecordWithdrawn),
    stored=False,
)
INGEST_ACTIVITIES = Topic(
    "ingest.activities",
    writer="ingest",
    readers=("kpi",),
    key="contact_id",
    bodies=(ingest.ActivityRecorded,),
)
DEDUPE_PEOPLE = Topic(
    "dedupe.people",
    writer="dedupe",
    readers=("publish", "kpi"),
    key="person_id",
    bodies=(
        dedupe.PersonFormed,
        dedupe.PersonRevised,
        dedupe.PersonMergedAway,
        dedupe.PersonSplitOff,
        dedupe.PersonWithdrawn,
        dedupe.PersonRecognised,
        dedupe.RecognitionRefused,
        dedupe.RecognitionAllowed,
        dedupe.PersonCorrected,
        dedupe.CorrectionWithdrawn,
    ),
)
DEDUPE_RULES = Topic(
    "dedupe.rules",
    writer="dedupe",
    readers=("publish",),
    key="rules_id",
    bodies=(dedupe.SurvivorshipSet,),
)
DEDUPE_COMPANIES = Topic(
    "dedupe.companies",
    writer="dedupe",
    readers=("publish", "kpi"),
    key="company_id",
    bodies=(dedupe.CompanyFormed, dedupe.CompanyRevised, dedupe.CompanyMergedAway, dedupe.CompanyWithdrawn),
)
DEDUPE_JUDGEMENTS = Topic(
    "dedupe.judgements",
    writer="dedupe",
    readers=(),
    key="judgement_id",
    bodies=(dedupe.PersonsJudged, dedupe.JudgementWithdrawn),
)
PUBLISH_SEGMENTS = Topic(
    "publish.segments",
    writer="publish",
    readers=("kpi",),
    key="segment_id",
    bodies=(publish.SegmentDefined, publish.SegmentRetired),
)
PUBLISH_LISTS = Topic(
    "publish.lists",
    writer="publish",
    readers=("kpi",),
    key="list_id",
    bodies=(publish.ListMade, publish.ContactsListed),
)
PUBLISH_CONTACTS = Topic(
    "publish.contacts",
    writer="publish",
    readers=("ingest", "campaign", "kpi"),
    key="contact_id",
    bodies=(
        publish.ContactProposed,
        publish.ContactRevised,
        publish.ContactPublished,
        publish.ContactApproved,
        publish.ContactExcluded,
        publish.ContactMergedAway,
        publish.ContactCorrected,
        publish.ContactCorrectionWithdrawn,
        publish.ContactWithdrawn,
    ),
)
PUBLISH_SUPPRESSIONS = Topic(
    "publish.suppressions",
    writer="publish",
    readers=("campaign", "sender", "kpi"),
    key="suppression_id",
    bodies=(publish.Suppressed, publish.SuppressionLifted),
)
CAMPAIGN_CAMPAIGNS = Topic(
    "campaign.campaigns",
    writer="campaign",
    readers=("kpi", "sender"),
    key="campaign_id",
    bodies=(
        campaign.CampaignCreated,
        campaign.SequenceRevised,
        campaign.CampaignLaunched,
        campaign.CampaignPaused,
        campaign.CampaignResumed,
        campaign.CampaignStopped,
    ),
)
CAMPAIGN_RECIPIENTS = Topic(
    "campaign.recipients",
    writer="campaign",
    readers=("kpi",),
    key="contact_id",
    bodies=(
        campaign.RecipientEnrolled,
        campaign.StepScheduled,
        campaign.StepFellDue,
        campaign.StepTaken,
        campaign.StepBlocked,
        campaign.StepFailed,
        campaign.StepInDoubt,
        campaign.TaskMissed,
        campaign.RecipientConnected,
        campaign.InviteWithdrawn,
        campaign.MessageOpened,
        campaign.LinkClicked,
        campaign.RecipientReplied,
        campaign.MeetingAccepted,
        campaign.RecipientBounced,
        campaign.RecipientOptedOut,
        campaign.RecipientPostponed,
        campaign.RecipientPaused,
        campaign.RecipientResumed,
        campaign.RecipientExited,
    ),
)
CAMPAIGN_OUTREACH = Topic(
    "campaign.outreach",
    writer="campaign",
    readers=("sender", "kpi"),
    key="contact_id",
    bodies=(campaign.OutreachAsked, campaign.OutreachWithdrawn),
)
SENDER_ACCOUNTS = Topic(
    "sender.accounts",
    writer="sender",
    readers=("campaign", "kpi"),
    key="sender_id",
    bodies=(sender.SenderRegistered, sender.SenderPaused, sender.SenderResumed),
)
SENDER_OUTCOMES = Topic(
    "sender.outcomes",
    writer="sender",
    readers=("campaign", "publish", "kpi"),
    key="contact_id",
    bodies=(
        sender.OutreachAccepted,
        sender.OutreachDeferred,
        sender.OutreachRefused,
        sender.OutreachInDoubt,
        sender.OutreachSettled,
        sender.TaskOpened,
        sender.InviteAccepted,
        sender.InviteTakenBack,
        sender.ReplyReceived,
        sender.OutOfOfficeReceived,
        sender.MailBounced,
        sender.MeetingBooked,
        sender.OptedOut,
        sender.MailOpened,
        sender.MailClicked,
    ),
)
KPI_SCORES = Topic(
    "kpi.scores",
    writer="kpi",
    readers=("publish", "campaign"),
    key="contact_id",
    bodies=(kpi.ScoreChanged,),
)

TOPICS: tuple[Topic, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Topic))
TOPIC_OF: dict[type[Body], Topic] = {body: topic for topic in TOPICS for body in topic.bodies}
BODY_NAMED: dict[tuple[str, int], type[Body]] = {(body.__name__, body.VERSION): body for body in TOPIC_OF}


def heard_by(service: str) -> tuple[Topic, ...]:
    return tuple(topic for topic in TOPICS if service in topic.readers)


def told_by(service: str) -> tuple[Topic, ...]:
    return tuple(topic for topic in TOPICS if topic.writer == service)
