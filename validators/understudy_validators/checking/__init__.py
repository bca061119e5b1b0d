"""Judging servers by their contract: what they answer, one exchange at a time or in a whole campaign."""
