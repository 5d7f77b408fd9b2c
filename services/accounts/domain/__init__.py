"""What accounts decides: who may hold which role, how many licences a plan has, what a key opens."""
