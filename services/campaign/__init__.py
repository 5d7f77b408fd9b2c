"""Campaign walks each Recipient through its Sequence, one step at a time, within the caps and windows of its Sender.

Hears    publish.contacts, publish.suppressions, sender.accounts, sender.outcomes, kpi.scores, accounts.events
Tells    campaign.campaigns, campaign.recipients, campaign.outreach
Keeps    campaign and recipient streams (the truth), the due table folded from them, and copies of contacts, senders and suppressions
Answers  POST and GET …/campaigns, GET …/campaigns/{id}, POST …/sequence, …/launch, …/pause, …/resume, …/stop,
         POST and GET …/recipients, POST …/recipients/pause and …/resume, GET …/preview, GET …/forecast
"""
