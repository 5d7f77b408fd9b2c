"""`smartleads`: what the Provider's people and engineers do from a terminal. Run it as `python -m cli`."""
