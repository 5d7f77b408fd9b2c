"""`python -m deploy.local`."""

from deploy.local.commands import app

if __name__ == "__main__":
    app(prog_name="python -m deploy.local")
