"""The sender's routes: accounts, tasks, what is in doubt, mailboxes; and the public ones that mails link to."""

from services.sender.api import accounts, mailboxes, public, sends, tasks

ROUTERS = (accounts.router, tasks.router, sends.router, mailboxes.router, public.router)
