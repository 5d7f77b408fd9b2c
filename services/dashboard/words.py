"""How the pages name the KPIs, and the one-sentence definitions that stand as hints (DOMAIN: Leads KPI, Campaign KPI)."""

LEADS = {
    "all": ("All", "Published or approved contacts and the workspace's own imports; not excluded ones"),
    "active": ("Active", "In at least one running campaign and not ended there"),
    "inactive": ("Inactive", "All others: Active + Inactive = All"),
    "verified_only": ("Verified only", "With a verified e-mail"),
    "social_only": ("Social only", "No e-mail, but a LinkedIn or Twitter profile"),
    "engaged": ("Engaged", "Received at least one e-mail or LinkedIn message"),
    "on_track": ("On track", "Active: nothing overdue and a next step planned"),
    "off_track": ("Off track", "Active: at least one scheduled act missed its time"),
    "waiting": ("Waiting", "Active: nothing to do now"),
    "action_required": ("Action required", "A LinkedIn task whose day has come and which is not done"),
}
CAMPAIGN = {
    "recipients": ("Recipients", "All contacts ever added"),
    "scheduled": ("Scheduled", "Recipients with a step planned"),
    "engaged": ("Engaged", "Recipients touched at least once"),
    "touches": ("Touches", "Outgoing touch-points: e-mails sent, LinkedIn requests and messages, follows"),
    "replied": ("Replied", "By e-mail or LinkedIn; an out-of-office answer is none"),
    "rsvp": ("RSVP", "Booked a meeting"),
    "action_required": ("Action required", "LinkedIn act due and incomplete"),
}
STATES = {
    "scheduled": "Scheduled",
    "sent": "Sent",
    "opened": "Opened",
    "clicked": "Clicked",
    "replied": "Replied",
    "rsvp": "RSVP",
    "exit": "Exit",
    "unsubscribed": "Unsubscribed",
    "bounced": "Bounced",
    "in_doubt": "In doubt",
    "request_sent": "Request sent",
    "connected": "Connected",
    "withdrawn": "Withdrawn",
    "message_sent": "Message sent",
    "opted_out": "Opted out",
}
CHANNELS = {"email": "E-mail", "linkedin": "LinkedIn", "twitter": "Twitter"}
PERIODS = {"week": "since Monday", "month": "this month", "quarter": "this quarter", "year": "this year"}
SORTS = {"last_action": "Last action", "score": "Score", "combined": "Score and recency"}
