"""`smartleads`: what the Provider's people and engineers do from a terminal. `make setup` puts it into `.venv/bin`."""
