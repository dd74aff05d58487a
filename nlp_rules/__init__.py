"""What to look for, as data that a clinician can read and edit."""

from nlp_rules.loader import RuleError, RulePack, load_rules

__all__ = ["RuleError", "RulePack", "load_rules"]
