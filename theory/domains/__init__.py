"""Sets of settings: what a conjecture ranges over, and what holds on all of it."""
