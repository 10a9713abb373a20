"""Random pairs of versions, made of few names and numbers, so that they have much in common."""

from collections.abc import Callable, Iterable

from hypothesis import Phase, settings
from hypothesis import strategies as st

Entry = tuple[str, int, str]  # name, number, and for a field its form

_FORMS = (
    "int32",
    "uint32",
    "int64",
    "string",
    "bytes",
    "Part",
    "Shade",
    "optional int32",
    "optional Part",
    "repeated int32",
    "repeated Part",
    "map<string, int32>",
    "map<string, Shade>",
    "way int32",
    "way string",
    "path string",
)
_ONEOFS = ("way", "path")
_PARTS = "message Part { string text = 1; } enum Shade { SHADE_NONE = 0; } "


@st.composite
def _sides(
    draw: st.DrawFn,
    head: str,
    names: tuple[str, ...],
    forms: tuple[str, ...],
    text: Callable[[Iterable[Entry]], str],
) -> tuple[str, str]:
    entry = st.tuples(st.sampled_from(names), st.integers(1, 4), st.sampled_from(forms))
    old = _fitting(draw(st.lists(entry, max_size=3)))
    kept = [entry for entry in old if draw(st.booleans())]
    if draw(st.booleans()):
        numbers = draw(st.permutations([number for _, number, _ in old]))
        kept = [
            (name, number, form) for (name, _, form), number in zip(kept, numbers, strict=False)
        ]
    new = _fitting([*kept, *draw(st.lists(entry, max_size=2))])
    reserved = draw(st.sets(st.integers(1, 6))), draw(st.sets(st.sampled_from(names)))
    also = draw(st.booleans())  # what was given up is reserved
    left = ({entry[1] for entry in old}, {entry[0] for entry in old}) if also else (set(), set())
    before = _reserved(reserved[0], reserved[1], old)
    after = _reserved(reserved[0] | left[0], reserved[1] | left[1], new)
    return f"{head} {{ {text(old)} {before} }} ", f"{head} {{ {text(new)} {after} }} "


def _fitting(entries: Iterable[Entry]) -> list[Entry]:
    """Those whose name and number are free."""
    fitting: list[Entry] = []
    for entry in entries:
        if not any(entry[0] == other[0] or entry[1] == other[1] for other in fitting):
            fitting.append(entry)
    return fitting


def _fields(fields: Iterable[Entry]) -> str:
    texts: dict[str, list[str]] = {}
    for name, number, form in fields:
        oneof, _, type_ = form.partition(" ")
        if oneof in _ONEOFS:
            texts.setdefault(oneof, []).append(f"{type_} {name} = {number};")
        else:
            texts.setdefault("", []).append(f"{form} {name} = {number};")
    plain = texts.pop("", [])
    oneofs = (f"oneof {oneof} {{ {' '.join(arms)} }}" for oneof, arms in texts.items())
    return " ".join([*plain, *oneofs])


def _values(values: Iterable[Entry]) -> str:
    return " ".join(["NONE = 0;", *(f"{name} = {number};" for name, number, _ in values)])


def _reserved(numbers: set[int], names: set[str], used: Iterable[Entry]) -> str:
    free_numbers = sorted(numbers - {number for _, number, _ in used})
    free_names = sorted(names - {name for name, _, _ in used})
    texts = [", ".join(map(str, free_numbers)), ", ".join(f'"{name}"' for name in free_names)]
    return " ".join(f"reserved {text};" for text in texts if text)


def _version_pairs() -> st.SearchStrategy[tuple[str, str]]:
    """Two bodies of a file, with a message and an enum."""
    message = _sides("message User", ("x", "y", "z"), _FORMS, _fields)
    enum = _sides("enum Color", ("RED", "GREEN", "BLUE"), ("",), _values)
    return st.builds(
        lambda one, other: (_PARTS + one[0] + other[0], _PARTS + one[1] + other[1]), message, enum
    )


version_pairs = st.lists(_version_pairs(), min_size=40, max_size=40)
# Each example starts protoc and buf: to shrink one takes minutes, and what fails is small anyway.
few = settings(max_examples=5, deadline=None, phases=[Phase.generate])
