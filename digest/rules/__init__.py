"""Keyword rules: a query is parsed once, a paper is read once, and then they are matched."""

from digest.rules.language import Rule, parse
from digest.rules.matching import Reading, Spot, counted, joined, lit, match, read, words

__all__ = ["Reading", "Rule", "Spot", "counted", "joined", "lit", "match", "parse", "read", "words"]
