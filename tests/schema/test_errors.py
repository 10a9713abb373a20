"""What a newcomer reads when a hint or a class has no place in a contract.

Every message is in golden/errors.txt, under what was written. After a change on purpose:

    UPDATE_GOLDEN=1 make test ARGS="tests/schema/test_errors.py"

and read the diff as a newcomer would: what, where, and what to write instead.
"""

from collections.abc import Mapping

import pytest

from gemstone_grpc import StartError
from tests.schema import pinned, refused_classes, refused_hints, refused_names, refused_streams
from tests.schema.build import contract_of

SECTIONS: Mapping[str, Mapping[str, object]] = {
    "hints of parameters": refused_hints.PARAMETERS,
    "hints of results": refused_hints.RESULTS,
    "streams of requests": refused_streams.STREAMS,
    "unions": refused_hints.UNIONS,
    "limits": refused_hints.LIMITS,
    "enumerations": refused_classes.ENUMERATIONS,
    "classes": refused_classes.CLASSES,
    "names": refused_names.NAMES,
}


def refusal(owner: object) -> str:
    with pytest.raises(StartError) as caught:
        contract_of(owner)
    return str(caught.value)


def test_every_refusal_reads_as_its_golden_line() -> None:
    lines = []
    for title, cases in SECTIONS.items():
        lines.append(f"== {title} ==\n")
        lines += [f"{name}\n    {refusal(owner)}\n" for name, owner in cases.items()]
    pinned.check("errors.txt", "\n".join(lines))


@pytest.mark.parametrize(
    "owner",
    [owner for cases in SECTIONS.values() for owner in cases.values()],
    ids=[name for cases in SECTIONS.values() for name in cases],
)
def test_a_refusal_says_where_and_what_to_do(owner: object) -> None:
    text = refusal(owner)
    assert text.startswith("Users.find")
    assert "\n" not in text
    assert " at 0x" not in text  # no repr of an object
    assert "<" not in text
    assert "typing." not in text
    assert text.count(": ") >= 2  # where: what: the way out
