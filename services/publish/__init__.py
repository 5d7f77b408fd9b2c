"""Publish finds for each workspace the persons who matter to it, has them reviewed, and keeps to who must not be contacted.

Hears    dedupe.people, dedupe.companies, dedupe.rules, ingest.imports, sender.outcomes, kpi.scores, accounts.events
Tells    publish.segments, publish.contacts, publish.lists, publish.suppressions
Keeps    segment, contact, list and suppression streams (the truth); contacts as they are shown, copies of golden persons and
         companies, which of them workspaces' own ones are, workspaces' corrections, the place of each review (PostgreSQL)
Answers  /api/publish/workspaces/{workspace_id}/… POST, GET, PUT and DELETE segments; GET contacts, contacts/counts and contacts/{id},
         POST contacts/publish, contacts/approve and contacts/exclude; PUT and DELETE contacts/{id}/corrections;
         POST and GET lists, POST lists/{id}/contacts;
         POST, GET and DELETE exclusions
"""
