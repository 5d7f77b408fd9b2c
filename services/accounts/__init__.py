"""Accounts knows clients, workspaces, users, roles, licences, plans and API keys, and tells the gateway who calls in which role.

Hears    nothing
Tells    accounts.events
Keeps    client, workspace, user and API key streams (the truth), the directory folded from them; password hashes, sessions and
         digests of API keys, which no event holds (PostgreSQL)
Answers  POST /api/accounts/login, /logout; GET /api/accounts/me; clients, workspaces, users, roles, licences and API keys under
         /api/accounts/clients; GET /internal/check, for the gateway alone
"""
