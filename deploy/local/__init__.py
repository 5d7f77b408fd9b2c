"""The local stack: every part real, from pip alone, supervised on one machine."""
