"""The settings and the API key by which the terminal reaches the system: the local stack's unless the environment names another."""

import os

from deploy.local import environment
from deploy.local.settings import home
from services.kit.errors import Rejected
from services.kit.settings import Settings

KEY = "SMARTLEADS_API_KEY"


def settings() -> Settings:
    """Those of the local stack, where it was ever up; what the environment says goes before."""
    for name, value in environment.load(home()).items():
        os.environ.setdefault(name, value)
    return Settings()


def api_key() -> str:
    """`SMARTLEADS_API_KEY`, else the local stack's operator key, which its first start has made."""
    file = home() / environment.OPERATOR_KEY
    if key := os.environ.get(KEY):
        return key
    if file.exists():
        return file.read_text().strip()
    raise Rejected(f"No API key: set {KEY}, or start the local stack, which makes one (`smartleads up`).")
