"""What changed between two versions of a contract: row by row, and for random ones."""

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from hypothesis import given

from gemstone_grpc.schema.changes import Change, compare, describe
from gemstone_grpc.schema.compatibility import JSON, NOTHING, SOURCE, WIRE, Breaks
from tests.schema.changes_table import TABLE, Row, versions
from tests.schema.compiled import compiled
from tests.schema.random_protos import few, version_pairs


@pytest.mark.parametrize(("index", "row"), [*enumerate(TABLE)], ids=[row.name for row in TABLE])
def test_a_change(index: int, row: Row) -> None:
    old, new = versions()
    found = compare(old.file[index], new.file[index])
    assert [(change.place, change.what, change.breaks) for change in found] == [*row.expected]


def test_what_breaks_comes_with_advice_and_the_rest_without() -> None:
    for old, new in zip(*(side.file for side in versions()), strict=True):
        for change in compare(old, new):
            assert bool(change.advice) == bool(change.breaks), describe(change)


@pytest.mark.parametrize(
    ("breaks", "advice", "line"),
    [
        (NOTHING, "", "User.x: it (breaks nothing)"),
        (SOURCE, "do that", "User.x: it (breaks only the source): do that"),
        (JSON, "do that", "User.x: it (breaks JSON and the source): do that"),
        (WIRE, "do that", "User.x: it (breaks the wire, JSON and the source): do that"),
    ],
)
def test_a_line_for_people(breaks: Breaks, advice: str, line: str) -> None:
    assert describe(Change("User.x", "it", breaks, advice)) == line


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("string x = 1;", "", 'reserve 1 and "x"'),
        ("string x = 1;", "reserved 1;", 'reserve "x"'),
        ("string x = 1;", "string x = 2;", "keep number 1"),
        ("string x = 1;", "string y = 1;", "keep `x`, or add the new field beside it"),
        (
            "string x = 1;",
            "int64 x = 1;",
            "give it another name; its old number is then reserved",
        ),
        (
            "string x = 1;",
            "optional string x = 1;",
            "keep it, or let clients generate their stubs anew",
        ),
    ],
)
def test_advice(old: str, new: str, advice: str) -> None:
    one, other = compiled(f"message User {{ {fields} }}" for fields in (old, new)).file
    other.package = one.package
    (change,) = compare(one, other)
    assert change.advice == advice


@few
@given(version_pairs)
def test_no_change_is_none_and_what_is_new_one_way_was_removed_the_other(
    pairs: list[tuple[str, str]],
) -> None:
    olds, news = (compiled(side).file for side in zip(*pairs, strict=True))
    for old, new in zip(olds, news, strict=True):
        assert compare(old, old) == compare(old, _disordered(old)) == []
        there, back = compare(old, new), compare(new, old)
        assert _places(there, "is new") == _places(back, "was removed")
        assert _places(there, "was removed") == _places(back, "is new")


def _places(changes: list[Change], what: str) -> set[str]:
    return {change.place for change in changes if what in change.what}


def _disordered(file: FileDescriptorProto) -> FileDescriptorProto:
    """The same contract in another order, with comments, and without what protoc fills in."""
    out = FileDescriptorProto()
    out.CopyFrom(file)
    out.source_code_info.location.add(path=[4, 0], leading_comments="a comment")
    out.message_type.reverse()
    out.enum_type.reverse()
    for enum in out.enum_type:
        enum.value.reverse()
    for message in out.message_type:
        message.field.reverse()
        for field in message.field:
            field.ClearField("json_name")
    return out
