"""The outline of an expression: each part on its own line, whatever family it is of."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter

from criteria_engine.expressions import Case, Expression, Node, Result
from criteria_engine.outline import outline

_EXPRESSION: TypeAdapter[Node] = TypeAdapter(Expression)


def lines(node: Node) -> list[str]:
    return ["  " * depth + text for depth, text in outline(node).lines()]


def read(data: dict[str, Any]) -> Node:
    return _EXPRESSION.validate_python(data)


def sex(of: str) -> dict[str, Any]:
    return {"op": "sex", "of": of}


def test_nested_parts_are_indented():
    node = read(
        {
            "op": "any",
            "of": [
                sex("male"),
                {
                    "op": "all",
                    "name": "arm A",
                    "of": [sex("female"), {"op": "not", "of": sex("male")}],
                },
            ],
        }
    )
    assert lines(node) == [
        "at least one of:",
        "  sex male",
        "  arm A: all of:",
        "    sex female",
        "    not: sex male",
    ]


def test_what_a_name_stands_for_is_told():
    window = {"before": "leukapheresis", "days": 7}
    groups = [
        {"name": "antimalarial agents", "drugs": ["set:antimalarials"]},
        {"name": "azathioprine", "drugs": ["azathioprine"]},
    ]
    node = read({"op": "washout", "within": window, "groups": groups})
    assert lines(node) == [
        "antimalarial agents or azathioprine in the 7 days before leukapheresis",
        "  antimalarial agents: antimalarial, hydroxychloroquine, chloroquine and mepacrine",
    ]


def test_parts_of_several_kinds_stand_under_a_heading_each():
    def finding(name: str) -> dict[str, Any]:
        return {"op": "finding", "name": name, "diagnoses": [name], "within": "ever"}

    node = read({"op": "examples", "parts": [finding("asthma")], "whole": finding("seizure")})
    assert lines(node) == [
        "any of these or the like:",
        "  asthma (at any time up to screening)",
        "  denied as a whole by the denial of:",
        "    seizure (at any time up to screening)",
    ]


class Choice(Node):
    """A family that the outline was not made for."""

    op: Literal["choice"] = "choice"
    condition: Node
    then: Node

    def evaluate(self, case: Case) -> Result:
        raise NotImplementedError

    def prose(self) -> str:
        return f"if {self.condition.prose()}, then {self.then.prose()}, else nothing"


def test_a_new_family_has_an_outline():
    node = Choice(condition=read(sex("male")), then=read(sex("female")))
    assert lines(node) == [
        "if …, then …, else nothing:",
        "  condition:",
        "    sex male",
        "  then:",
        "    sex female",
    ]
