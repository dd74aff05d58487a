"""The rule packs that pipelines of this process were built from, by version.

A spaCy component's configuration holds plain data only, so it names a pack by its content hash.
"""

from __future__ import annotations

from nlp_rules import RulePack, load_rules

SHIPPED = "shipped"
"""Names the pack that is installed with the program."""

_packs: dict[str, RulePack] = {}


def remember(pack: RulePack) -> str:
    """Makes ``pack`` available to components by the returned version."""
    _packs[pack.version] = pack
    return pack.version


def rule_pack(version: str) -> RulePack:
    """The pack of that version; ``KeyError`` when no pipeline of this process uses it."""
    if version == SHIPPED and SHIPPED not in _packs:
        _packs[SHIPPED] = load_rules()
    return _packs[version]
