"""Dedupe finds which Data Records are one person and which company they mean, and keeps what is then known: the golden records.

Hears    ingest.records
Tells    dedupe.people, dedupe.companies, dedupe.judgements, dedupe.rules
Keeps    person and company streams, judgements, corrections and survivorship rules (the truth), records in normal form with their earlier
         versions, the index of keys that persons are found by, scored links between records, counts of what is said of companies,
         what was learned, and for each workspace which of the Provider's persons its own ones are (PostgreSQL)
Answers  GET /api/dedupe/people/{person_id}, GET /api/dedupe/companies/{company_id}, and both under
         /api/dedupe/workspaces/{workspace_id} for what a workspace imported itself, with GET, PUT and DELETE people/{id}/recognition;
         PUT and DELETE people/{person_id}/corrections;
         GET and PUT survivorship, POST survivorship/preview; GET people?q=, review, compare; POST judgements, people/{person_id}/split and
         unmerge; GET judgements, GET and DELETE judgements/{judgement_id}
"""
