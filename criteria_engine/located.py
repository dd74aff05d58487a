"""YAML that remembers on which line everything stands, so that an error can name it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


class YamlError(ValueError):
    """YAML that cannot be read; ``line`` counts from one."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Located:
    """Plain data, and the line of every place in it."""

    data: Any
    lines: dict[Path, int]

    def line(self, location: Sequence[str | int]) -> int:
        """The line of the deepest known place on the way to ``location``."""
        place = self.place(location)
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def place(self, location: Sequence[str | int]) -> Path:
        """The deepest known place on the way to ``location``.

        Steps that the data does not know, such as the tags that a validator puts into its
        locations, are passed over.
        """
        place: Path = ()
        data = self.data
        for step in location:
            known = (isinstance(data, dict) and step in data) or (
                isinstance(data, list) and isinstance(step, int) and step < len(data)
            )
            if known:
                place, data = (*place, step), data[step]
        return place


def read_yaml(text: str) -> Located:
    """The document in ``text``; ``YamlError`` when it is not YAML or repeats a key."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            raise YamlError(1, "the file is empty")
        lines: dict[Path, int] = {}
        return Located(_plain(loader, root, (), lines), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(line, error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise YamlError(1, "not YAML: a character that YAML does not allow") from error


def _plain(loader: yaml.SafeLoader, node: yaml.Node, place: Path, lines: dict[Path, int]) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, item, (*place, index), lines) for index, item in enumerate(node.value)
        ]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    data: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlError(line, "a key must be a word")
        key = str(key_node.value)
        if key in data:
            raise YamlError(line, f"the key {key!r} stands here twice")
        lines[(*place, key)] = line
        data[key] = _plain(loader, value_node, (*place, key), lines)
    return data
