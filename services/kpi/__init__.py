"""KPI folds all streams into the numbers, lists, timelines and scores that the customer and the Provider look at.

Hears    accounts.events, ingest.imports, ingest.activities, dedupe.people, dedupe.companies, publish.segments, publish.lists,
         publish.contacts, publish.suppressions, campaign.campaigns, campaign.recipients, campaign.outreach, sender.accounts,
         sender.outcomes
Tells    kpi.scores
Keeps    one row per contact and recipient with what it counts for, counters by local day moved by these rows alone, timelines
         (PostgreSQL); what users set on the Leads page
Answers  under /api/kpi/workspaces/{workspace_id}: GET leads/kpis, leads, leads/{id}, contacts/{id}/timeline, campaigns/{id}/kpis,
         campaigns/{id}/recipients; POST leads/{id}/archive, unarchive, seen; GET and PUT leads/preferences; and for operators
         GET /api/kpi/operations
"""
