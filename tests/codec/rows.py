"""The rows of the type table (README), each with the values it is to carry."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gemstone_grpc import Float32, Int32, UInt32, UInt64
from tests.codec import models as m

Values = st.SearchStrategy[Any]


def examples(number: int) -> settings:
    """The same examples at each run, however slow the machine."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Row:
    name: str
    hint: Any
    values: Values


# -- leaves ----------------------------------------------------------------------------------

text = st.text(max_size=12)
keys = text | st.sampled_from(["", 'a"b', "back\\slash", "new\nline", "naïve", "null"])
int64 = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
offsets = st.integers(-86_399, 86_399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
times = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
durations = st.timedeltas(-timedelta(3_652_500), timedelta(3_652_500)) | st.sampled_from(
    [timedelta(0), -timedelta(microseconds=1), timedelta(seconds=-1.5), timedelta(3_652_500)]
)
decimals = st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [Decimal("-0.0"), Decimal("1E+30"), Decimal("1.10")]
)
exact = st.integers(-(2**53), 2**53)
fractions = floats.filter(lambda number: not number.is_integer())
plain = st.recursive(
    st.none() | st.booleans() | exact | fractions | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)

LEAVES = [
    Row("str", str, text),
    Row("bool", bool, st.booleans()),
    Row("bytes", bytes, st.binary(max_size=12)),
    Row("int", int, int64),
    Row("float", float, floats),
    Row("Int32", Int32, st.integers(-(2**31), 2**31 - 1)),
    Row("UInt32", UInt32, st.integers(0, 2**32 - 1)),
    Row("UInt64", UInt64, st.integers(0, 2**64 - 1)),
    Row("Float32", Float32, st.floats(width=32, allow_nan=False, allow_infinity=False)),
    Row("datetime", datetime, times),
    Row("timedelta", timedelta, durations),
    Row("date", date, st.dates()),
    Row("Decimal", Decimal, decimals),
    Row("UUID", UUID, st.uuids()),
    Row("Any", Any, plain),
    Row("NewType", m.UserId, int64),
    Row("Meta_int", m.Natural, st.integers(0, 2**63 - 1)),
    Row("Meta_str", m.Name, st.text(min_size=1, max_size=8)),
]

CHOICES = [
    Row("Enum", m.Color, st.sampled_from(m.Color)),
    Row("IntEnum", m.Level, st.sampled_from(m.Level)),
    Row("StrEnum", m.Mood, st.sampled_from(m.Mood)),
    Row("Enum_of_both", m.Mixed, st.sampled_from(m.Mixed)),
    Row("Literal", Literal["a", "b c", "2nd"], st.sampled_from(["a", "b c", "2nd"])),
]

# -- containers ------------------------------------------------------------------------------


def optional(values: Values) -> Values:
    return st.none() | values


def lists(values: Values) -> Values:
    return st.lists(values, max_size=4)


def maps(values: Values, of: Values = keys) -> Values:
    return st.dictionaries(of, values, max_size=4)


CONTAINERS = [
    Row("list", list[str], lists(text)),
    Row("list_bare", list, lists(plain)),
    Row("tuple", tuple[int, ...], lists(int64).map(tuple)),
    Row("set", set[str], st.sets(text, max_size=4)),
    Row("dict_str", dict[str, int], maps(int64)),
    Row("dict_int", dict[int, str], maps(text, int64)),
    Row("dict_UInt64", dict[UInt64, str], maps(text, st.integers(0, 2**64 - 1))),
    Row("dict_bool", dict[bool, str], maps(text, st.booleans())),
    Row("dict_bare", dict, maps(plain)),
    Row("dict_Any", dict[str, Any], maps(plain)),
]

OPTIONALS = [
    Row("optional_int", int | None, optional(int64)),
    Row("optional_str", str | None, optional(text)),
    Row("optional_datetime", datetime | None, optional(times)),
    Row("optional_Enum", m.Color | None, optional(st.sampled_from(m.Color))),
    Row("optional_Literal", Literal["a", "b"] | None, st.sampled_from(["a", "b", None])),
    Row("optional_Any", Any | None, plain),
    Row("optional_list", list[int] | None, optional(lists(int64))),
    Row("optional_dict", dict[str, int] | None, optional(maps(int64))),
]

# -- messages --------------------------------------------------------------------------------

users = st.builds(m.User, int64, text, times, optional(text), lists(text))
points = st.builds(m.Point, x=floats, y=floats, label=st.sampled_from(m.Color))
options = st.builds(
    m.Options,
    optional(int64),
    lists(text),
    lists(int64).map(tuple),
    optional(st.sets(int64, max_size=3)),
    maps(floats),
    st.sampled_from(m.Color),
    optional(st.sampled_from(m.Level)),
    decimals,
    optional(int64 | text),
    points,
    plain,
)
accounts: Values = st.deferred(
    lambda: st.builds(
        m.Account, account_id=int64, owner_name=text, sub_accounts=st.lists(accounts, max_size=2)
    )
)
folders: Values = st.deferred(
    lambda: st.builds(m.Folder, text, st.dictionaries(keys, folders, max_size=2))
)
nodes: Values = st.deferred(
    lambda: st.builds(m.Node, int64, st.lists(nodes, max_size=2), st.none() | nodes)
)
trees: Values = st.deferred(lambda: st.builds(m.Tree, text, st.lists(trees, max_size=2)))
movies = st.fixed_dictionaries(
    {"title": text, "cast": optional(lists(text))},
    optional={"year": int64, "rating": optional(floats)},
)
sequels = st.tuples(movies, int64).map(lambda pair: {**pair[0], "part": pair[1]})
drafts = st.fixed_dictionaries({}, optional={"title": text, "tags": lists(text)})
spots = st.builds(m.Spot, int64, int64, lists(text))


def pages(values: Values) -> Values:
    return st.builds(m.Page, lists(values), optional(values), int64)


MESSAGES = [
    Row("dataclass", m.User, users),
    Row("dataclass_frozen", m.Point, points),
    Row("dataclass_defaults", m.Options, options | st.just(m.Options())),
    Row("Struct", m.Account, accounts),
    Row("Struct_tagged", m.Circle, st.builds(m.Circle, floats)),
    Row("TypedDict", m.Movie, movies),
    Row("TypedDict_total_False", m.Draft, drafts),
    Row("NamedTuple", m.Spot, spots),
    Row("recursive", m.Node, nodes),
    Row("recursive_map", m.Folder, folders),
    Row("TypedDict_inherited", m.Sequel, sequels),
    Row("generic", m.Page[m.User], pages(users)),
    Row("generic_inherited", m.UserPage, st.builds(m.UserPage, lists(users))),
    Row("generic_recursive", m.Tree[str], trees),
    Row("generic_optional", m.Page[int | None], pages(optional(int64))),
    Row("generic_twice", m.Page[m.Pair[str]], pages(st.builds(m.Pair, text, text))),
]

# -- unions ----------------------------------------------------------------------------------

pets = st.builds(m.Cat, int64) | st.builds(m.Dog, text)
payments = st.builds(m.Card, text) | st.builds(m.Transfer, text, int64)
happenings = st.fixed_dictionaries({"kind": st.just("created"), "name": text}) | (
    st.fixed_dictionaries({"kind": st.just("deleted"), "id": int64})
)

UNIONS = [
    Row("union_scalars", int | str | bool, int64 | text | st.booleans()),
    Row("union_numbers", int | float, int64 | floats),
    Row("union_leaves", UUID | bool | None, optional(st.uuids() | st.booleans())),
    Row("union_choices", m.Color | m.Level, st.sampled_from([*m.Color, *m.Level])),
    Row("union_Structs", m.Cat | m.Dog, pets),
    Row("union_dataclasses", m.Card | m.Transfer | None, optional(payments)),
    Row("union_TypedDicts", m.Created | m.Deleted, happenings),
    Row("union_of_all", m.Cat | m.Dog | list[int] | str, pets | lists(int64) | text),
    Row(
        "union_collections",
        list[int] | dict[str, int] | None,
        optional(lists(int64) | maps(int64)),
    ),
    Row("union_NamedTuple", m.Spot | list[int], spots | lists(int64)),
]

# -- all of these in each other --------------------------------------------------------------

NESTED = [
    Row("list_of_list", list[list[int]], lists(lists(int64))),
    Row("list_of_optional", list[int | None], lists(optional(int64))),
    Row("list_of_optional_Any", list[Any | None], lists(plain)),
    Row("list_of_union", list[int | str | None], lists(optional(int64 | text))),
    Row("list_of_pets", list[m.Cat | m.Dog], lists(pets)),
    Row("list_of_optional_Enum", list[m.Level | None], lists(optional(st.sampled_from(m.Level)))),
    Row("list_of_dict", list[dict[int, bytes]], lists(maps(st.binary(max_size=3), int64))),
    Row("set_of_tuple", set[tuple[int, ...]], st.sets(lists(int64).map(tuple), max_size=3)),
    Row("set_of_messages", set[m.Key], st.sets(st.builds(m.Key, lists(text).map(tuple)))),
    Row("set_of_optional", set[Decimal | None], st.sets(optional(st.integers().map(Decimal)))),
    Row("tuple_of_times", tuple[datetime | None, ...], lists(optional(times)).map(tuple)),
    Row("dict_of_optional_list", dict[str, list[m.User] | None], maps(optional(lists(users)))),
    Row("dict_of_dict", dict[str, dict[bool, date]], maps(maps(st.dates(), st.booleans()))),
    Row("dict_of_payments", dict[int, m.Card | m.Transfer], maps(payments, int64)),
    Row(
        "optional_nested",
        list[list[list[str] | None]] | None,
        optional(lists(lists(optional(lists(text))))),
    ),
    Row("page_of_pets", m.Page[m.Cat | m.Dog], pages(pets)),
    Row(
        "page_of_lists",
        m.Page[list[Float32]],
        pages(lists(st.floats(width=32, allow_nan=False, allow_infinity=False))),
    ),
    Row(
        "pair_of_options",
        m.Pair[m.Options | None],
        st.builds(m.Pair, optional(options), optional(options)),
    ),
]

ROWS = [*LEAVES, *CHOICES, *CONTAINERS, *OPTIONALS, *MESSAGES, *UNIONS, *NESTED]
