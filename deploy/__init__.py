"""How the system is run: `local` on one machine, the other files elsewhere."""
