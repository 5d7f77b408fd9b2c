"""Sender carries each outreach to its recipient, at most once, and hears what comes back.

Hears    accounts.events, campaign.campaigns, campaign.outreach, publish.suppressions
Tells    sender.accounts, sender.outcomes
Keeps    streams of senders and outreaches (the truth of what was told); how far each e-mail has got in the send protocol, tasks for
         people, suppressions, mailboxes and the mails read from them (PostgreSQL)
Answers  POST GET /api/sender/workspaces/{id}/senders, GET …/tasks, POST …/tasks/{id}/done …, POST …/meetings, GET …/in-doubt,
         POST …/in-doubt/{id}/settle, GET …/outreach/{id}, POST …/mailboxes/read; and in mails: GET POST /u/{token}, GET /t/{token}
"""
