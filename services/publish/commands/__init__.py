"""What people ask of publish. Each command is done in one transaction, and gives its answer with the events that follow."""
