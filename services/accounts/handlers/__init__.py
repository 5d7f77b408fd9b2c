"""What the commands of the API lead to: each reads, decides, folds and shows, in the one transaction that its caller commits."""
