"""Comments of a contract: what docstrings, hints and errors say, in the words of the code."""

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from gemstone_grpc.schema import protofile
from tests.schema import pinned
from tests.schema.sources import drafted, service, written

DOCUMENTED = '''
class Color(Enum):
    """What it looks like.

    As seen in daylight.
    """

    RED = "red"
    """Like blood."""
    BLUE = "blue"


@dataclass
class Base:
    id: int
    """Given by the service."""


@dataclass
class User(Base):
    """A person.

    Attributes:
        name: what they are called
            by their friends
    """

    name: str
    email: Annotated[str, msgspec.Meta(description="where letters go", min_length=3)]
    shape: int | str
    """Either of two."""
    color: Color = Color.RED
    matrix: list[list[int]] = field(default_factory=list)


class Point(NamedTuple):
    """A place.

    :param x: to the right
    """

    x: float
    y: float


class Options(TypedDict, total=False):
    """What may be chosen."""

    limit: int
    """How many at most."""


class NotFound(gemstone.RpcError):
    """Nobody has this id.

    Not even a deleted user.
    """

    code = gemstone.Code.NOT_FOUND


class Refused(gemstone.RpcError):
    code = gemstone.Code.PERMISSION_DENIED


class Users(gemstone.MicroService):
    """Keeps users.

    In memory.
    """

    name = "users"

    @exposed_method(errors=[NotFound, Refused])
    async def find(self, user_id: int, *tags: str, options: Options) -> User:
        """Find a user.

        It may take
        a while.

        Args:
            user_id: the id that `create` gave
            *tags: only with these
            options: how
                to look

        Returns:
            the user, with its tags
        """

    @exposed_method(deprecated=True)
    async def move(self, to: Point) -> None:
        """
        Parameters
        ----------
        to : Point
            where to
        """

    @exposed_method()
    async def silent(self, a, b): ...
'''


def test_the_golden_file(tmp_path: Path) -> None:
    pinned.check("documented.proto", written(tmp_path, DOCUMENTED))


def test_comments_come_back_from_protoc_as_they_went(tmp_path: Path) -> None:
    written(tmp_path, DOCUMENTED)
    file = protofile.read(tmp_path / "users/v1/users.proto")
    assert file.is_derived
    assert protofile.write(_headless(file)) == file.text


def _headless(file: protofile.ProtoFile) -> FileDescriptorProto:
    """Without its first comment, which `write` puts there."""
    out = FileDescriptorProto()
    out.CopyFrom(file.file)
    kept = [x for x in out.source_code_info.location if list(x.path) != [12]]
    del out.source_code_info.location[:]
    out.source_code_info.location.extend(kept)
    return out


WORDS = ("*/", "\\x00", "\\x0c", "\\x85", "\\u2028", "\\r\\n", "é 😀", '\\"', "\\\\")


@pytest.mark.parametrize("word", WORDS)
def test_no_docstring_breaks_the_file(word: str, tmp_path: Path) -> None:
    source = f"""
class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self) -> None:
        "one {word} two"
"""
    text = written(tmp_path, source)
    assert "  // one" in text
    assert drafted(tmp_path, service(tmp_path, source)).is_current


def test_a_docstring_in_no_style_is_taken_whole(tmp_path: Path) -> None:
    source = '''
class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self, a: int) -> None:
        """Find.

        :param a
        """
'''
    assert "// Find." in written(tmp_path, source)


def test_classes_without_source(tmp_path: Path) -> None:
    source = """
from dataclasses import make_dataclass
Point = make_dataclass("Point", [("x", int)])

class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self, at: Point) -> None: ...
"""
    assert "message Point {\n  int64 x = 1;\n}" in written(tmp_path, source)
