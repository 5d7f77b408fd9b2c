"""`smartleads`, which is `python -m cli`: the commands."""

import typer

from cli import clock, data, imports, letters, repair
from cli.dedupe.commands import app as dedupe
from cli.demo.command import demo
from deploy.local import commands as local

app = typer.Typer(
    name="smartleads",
    no_args_is_help=True,
    add_completion=False,
    help="SmartLeads from the terminal: run it, feed it, look into it.",
)
for command in (local.up, local.down, local.status, local.doctor, local.logs):
    app.command(rich_help_panel="Run")(command)
app.command(rich_help_panel="Run")(demo)
app.add_typer(clock.app, name="clock", rich_help_panel="Run")
for each in (data.import_files, data.kpis, data.verify):
    app.command(each.__name__.replace("_", "-"), rich_help_panel="Use")(each)
app.add_typer(imports.app, name="imports", rich_help_panel="Use")
app.add_typer(dedupe, name="dedupe", rich_help_panel="Use")
app.add_typer(letters.app, name="deadletters", rich_help_panel="Repair")
app.add_typer(repair.app, name="repair", rich_help_panel="Repair")

if __name__ == "__main__":
    app(prog_name="smartleads")
