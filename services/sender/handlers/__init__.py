"""What heard batches, mails and people's acts lead to. Each returns what has happened; who calls it stores that and commits."""
