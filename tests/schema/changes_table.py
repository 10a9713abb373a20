"""Changes of a contract, what `compare` says of each, and both versions as protoc reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gemstone_grpc.schema.compatibility import JSON, NOTHING, SOURCE, WIRE, Breaks
from tests.schema.compiled import compiled

Expected = tuple[str, str, Breaks]


@dataclass(frozen=True, slots=True)
class Row:
    """Two versions: each the body of a proto3 file, or a whole file, whose package may be ROW."""

    name: str
    old: str
    new: str
    expected: tuple[Expected, ...]


def _file(name: str, old: str, new: str, *expected: Expected) -> Row:
    return Row(name, old, new, expected)


def _in(opening: str) -> Callable[..., Row]:
    def row(name: str, old: str, new: str, *expected: Expected) -> Row:
        return Row(name, f"{opening} {old} }}", f"{opening} {new} }}", expected)

    return row


_field = _in(
    "message Found { string text = 1; } message Lost {} enum Shade { SHADE_NONE = 0; }"
    " message User {"
)
_value = _in("enum Color { COLOR_NONE = 0;")
_rpc = _in("message Ask {} message Answer {} service Users {")
_proto2 = _in('syntax = "proto2"; package ROW; message User {')


def _type(old: str, new: str, breaks: Breaks) -> Row:
    what = f"{old} → {new}"
    return _field(what, f"{old} x = 1;", f"{new} x = 1;", ("User.x", what, breaks))


_TYPES = (
    _type("int32", "uint32", SOURCE),
    _type("uint64", "int64", SOURCE),
    _type("fixed32", "sfixed32", SOURCE),
    _type("sfixed64", "fixed64", SOURCE),
    _type("int32", "int64", JSON),
    _type("int64", "int32", JSON),
    _type("uint32", "uint64", JSON),
    _type("int64", "bool", JSON),
    _type("bool", "uint32", JSON),
    _type("sint32", "sint64", JSON),
    _type("string", "bytes", JSON),
    _type("bytes", "string", WIRE),
    _type("string", "int64", WIRE),
    _type("int64", "string", WIRE),
    _type("int64", "sint64", WIRE),
    _type("int64", "double", WIRE),
    _type("float", "double", WIRE),
    _type("fixed32", "fixed64", WIRE),
    _type("int32", "Shade", WIRE),
    _type("Shade", "int32", WIRE),
    _type("Shade", "string", WIRE),
    _type("Found", "Lost", WIRE),
    _type("Found", "bytes", WIRE),
    _type("repeated int32", "repeated uint32", SOURCE),
    _type("repeated string", "repeated int32", WIRE),
    _type("map<string, int32>", "map<string, uint32>", SOURCE),
    _type("map<int32, string>", "map<int64, string>", JSON),
    _type("map<string, Found>", "map<string, Lost>", WIRE),
    _type("int64", "optional int64", SOURCE),
    _type("optional Shade", "Shade", SOURCE),
    _type("optional int32", "int64", JSON),
    _type("string", "repeated string", WIRE),
    _type("repeated Found", "Found", WIRE),
    _type("optional int64", "repeated int64", WIRE),
    _type("string", "map<string, string>", WIRE),
    _type("map<string, string>", "repeated string", WIRE),
    _field("an optional message", "Found x = 1;", "optional Found x = 1;"),
)

_FIELDS = (
    _field("a new field", "", "string x = 1;", ("User.x", "the field is new", NOTHING)),
    _field(
        "a removed field, nothing reserved",
        "string x = 1;",
        "",
        ("User.x", "the field was removed", WIRE),
    ),
    _field(
        "a removed field, its name reserved",
        "string x = 1;",
        'reserved "x";',
        ("User.x", "the field was removed", WIRE),
    ),
    _field(
        "a removed field, its number reserved",
        "string x = 1;",
        "reserved 1;",
        ("User.x", "the field was removed", JSON),
    ),
    _field(
        "a removed field, both reserved",
        "string x = 1;",
        'reserved 1; reserved "x";',
        ("User.x", "the field was removed", SOURCE),
    ),
    _field(
        "a renamed field",
        "string mail = 1;",
        "string email = 1;",
        ("User.email", "renamed from `mail`", JSON),
    ),
    _field(
        "a renamed field of another type",
        "string mail = 1;",
        "int32 email = 1;",
        ("User.email", "renamed from `mail`", JSON),
        ("User.email", "string → int32", WIRE),
    ),
    _field(
        "a field renamed with the same name in JSON",
        "string user_id = 1;",
        "string userId = 1;",
        ("User.userId", "renamed from `user_id`", JSON),
    ),
    _field(
        "a renamed map",
        "map<string, string> x = 1;",
        "map<string, string> y = 1;",
        ("User.y", "renamed from `x`", JSON),
        ("User.y", "entries XEntry → YEntry", WIRE),
    ),
    _field(
        "another number",
        "string x = 3;",
        "string x = 4;",
        ("User.x", "number 3 → 4", WIRE),
    ),
    _field(
        "another number, the old one reserved",
        "string x = 3;",
        "string x = 4; reserved 3;",
        ("User.x", "number 3 → 4", JSON),
    ),
    _field(
        "another number and type, the old number reserved",
        "string x = 3;",
        "int64 x = 4; reserved 3;",
        ("User.x", "number 3 → 4", JSON),
        ("User.x", "string → int64", JSON),
    ),
    _field(
        "numbers exchanged within a type",
        "string x = 1; string y = 2;",
        "string x = 2; string y = 1;",
        ("User.x", "number 1 → 2, which belonged to `y`", JSON),
        ("User.y", "number 2 → 1, which belonged to `x`", JSON),
    ),
    _field(
        "numbers exchanged between types",
        "string x = 1; int64 y = 2;",
        "string x = 2; int64 y = 1;",
        ("User.x", "number 1 → 2, which belonged to `y`", JSON),
        ("User.x", "under number 2 int64 → string", WIRE),
        ("User.y", "number 2 → 1, which belonged to `x`", JSON),
        ("User.y", "under number 1 string → int64", WIRE),
    ),
    _field(
        "a new field under the number of one that moved",
        "string x = 1;",
        "string x = 2; string y = 1;",
        ("User.x", "number 1 → 2", JSON),
        ("User.y", "the field is new, with number 1, which belonged to `x`", JSON),
    ),
    _field(
        "another name in JSON",
        "string x = 1;",
        'string x = 1 [json_name = "z"];',
        ("User.x", "JSON name `x` → `z`", JSON),
    ),
    _field("another order", "string x = 1; string y = 2;", "string y = 2; string x = 1;"),
    _field("another packing", "repeated int32 x = 1;", "repeated int32 x = 1 [packed = false];"),
    _field(
        "a deprecated field",
        "string x = 1;",
        "string x = 1 [deprecated = true];",
        ("User.x", "option deprecated: false → true", NOTHING),
    ),
    _field(
        "another type in JavaScript",
        "int64 x = 1;",
        "int64 x = 1 [jstype = JS_STRING];",
        ("User.x", "option jstype: JS_NORMAL → JS_STRING", SOURCE),
    ),
    _field(
        "a number no longer reserved",
        "reserved 5;",
        "",
        ("User", "no longer reserves 5", WIRE),
    ),
    _field(
        "a name no longer reserved",
        'reserved "x";',
        "",
        ("User", 'no longer reserves "x"', WIRE),
    ),
    _field(
        "a reserved number used again",
        'reserved 5; reserved "x";',
        "string x = 5;",
        ("User", 'no longer reserves 5, "x"', WIRE),
        ("User.x", "the field is new", NOTHING),
    ),
    _field(
        "a hole in a reserved range",
        "reserved 5 to 10;",
        "reserved 5 to 6, 8;",
        ("User", "no longer reserves 7, 9 to 10", WIRE),
    ),
    _field("a reserved range in two pieces", "reserved 5 to 10;", "reserved 5 to 7, 8 to 10;"),
    _field("more is reserved", "reserved 5;", 'reserved 4 to max; reserved "x";'),
)

_ONEOFS = (
    _field(
        "a new oneof",
        "",
        "oneof way { string x = 1; int64 y = 2; }",
        ("User.x", "the field is new", NOTHING),
        ("User.y", "the field is new", NOTHING),
        ("User.way", "the oneof is new", NOTHING),
    ),
    _field(
        "a new arm",
        "oneof way { string x = 1; }",
        "oneof way { string x = 1; int64 y = 2; }",
        ("User.y", "the field is new", NOTHING),
    ),
    _field(
        "a removed arm, both reserved",
        "oneof way { string x = 1; int64 y = 2; }",
        'oneof way { string x = 1; } reserved 2; reserved "y";',
        ("User.y", "the field was removed", SOURCE),
    ),
    _field(
        "a removed oneof, its arm reserved",
        "oneof way { string x = 1; }",
        'reserved 1; reserved "x";',
        ("User.x", "the field was removed", SOURCE),
        ("User.way", "the oneof was removed", SOURCE),
    ),
    _field(
        "a renamed oneof",
        "oneof way { string x = 1; }",
        "oneof path { string x = 1; }",
        ("User.x", "string in oneof `way` → string in oneof `path`", WIRE),
        ("User.way", "the oneof was removed", SOURCE),
        ("User.path", "the oneof is new", NOTHING),
    ),
    _field(
        "a field that joins a oneof",
        "string x = 1; oneof way { int64 y = 2; }",
        "oneof way { string x = 1; int64 y = 2; }",
        ("User.x", "string → string in oneof `way`", WIRE),
    ),
    _field(
        "an optional field that joins a oneof",
        "optional string x = 1; oneof way { int64 y = 2; }",
        "oneof way { string x = 1; int64 y = 2; }",
        ("User.x", "optional string → string in oneof `way`", WIRE),
    ),
    _field(
        "a field that leaves a oneof",
        "oneof way { Found x = 1; int64 y = 2; }",
        "Found x = 1; oneof way { int64 y = 2; }",
        ("User.x", "Found in oneof `way` → Found", WIRE),
    ),
)

_ENUMS = (
    _value("a new value", "", "RED = 1;", ("Color.RED", "the value is new", NOTHING)),
    _value(
        "a removed value, nothing reserved",
        "RED = 1;",
        "",
        ("Color.RED", "the value was removed", WIRE),
    ),
    _value(
        "a removed value, its number reserved",
        "RED = 1;",
        "reserved 1;",
        ("Color.RED", "the value was removed", JSON),
    ),
    _value(
        "a removed value, both reserved",
        "RED = 1;",
        'reserved 1; reserved "RED";',
        ("Color.RED", "the value was removed", SOURCE),
    ),
    _value(
        "a renamed value",
        "RED = 1;",
        "ROT = 1;",
        ("Color.ROT", "renamed from `RED`", JSON),
    ),
    _value(
        "another number for a value", "RED = 1;", "RED = 2;", ("Color.RED", "number 1 → 2", WIRE)
    ),
    _value(
        "values exchanged",
        "RED = 1; BLUE = 2;",
        "RED = 2; BLUE = 1;",
        ("Color.RED", "number 1 → 2, which belonged to `BLUE`", JSON),
        ("Color.BLUE", "number 2 → 1, which belonged to `RED`", JSON),
    ),
    _value(
        "a new alias",
        "RED = 1;",
        "option allow_alias = true; RED = 1; ROT = 1;",
        ("Color.ROT", "the value is new", NOTHING),
    ),
    _value(
        "a removed alias",
        "option allow_alias = true; RED = 1; ROT = 1;",
        "RED = 1;",
        ("Color.ROT", "the value was removed", JSON),
    ),
    _value(
        "a renamed alias",
        "option allow_alias = true; RED = 1; ROT = 1;",
        "option allow_alias = true; RED = 1; ROUGE = 1;",
        ("Color.ROUGE", "renamed from `ROT`", JSON),
    ),
    _value(
        "a value's range no longer reserved",
        "reserved 5 to 7, -3;",
        "reserved 5 to 6;",
        ("Color", "no longer reserves -3, 7", WIRE),
    ),
    _value(
        "a value's name no longer reserved",
        'reserved "RED";',
        "",
        ("Color", 'no longer reserves "RED"', WIRE),
    ),
    _value(
        "a deprecated value",
        "RED = 1;",
        "RED = 1 [deprecated = true];",
        ("Color.RED", "option deprecated: false → true", NOTHING),
    ),
    _value(
        "a deprecated enum",
        "",
        "option deprecated = true;",
        ("Color", "option deprecated: false → true", NOTHING),
    ),
)

_RPCS = (
    _rpc(
        "a new rpc",
        "",
        "rpc Find(Ask) returns (Answer);",
        ("Users.Find", "the rpc is new", NOTHING),
    ),
    _rpc(
        "a removed rpc",
        "rpc Find(Ask) returns (Answer);",
        "",
        ("Users.Find", "the rpc was removed", SOURCE),
    ),
    _rpc(
        "a renamed rpc",
        "rpc Find(Ask) returns (Answer);",
        "rpc Get(Ask) returns (Answer);",
        ("Users.Find", "the rpc was removed", SOURCE),
        ("Users.Get", "the rpc is new", NOTHING),
    ),
    _rpc(
        "another request",
        "rpc Find(Ask) returns (Answer);",
        "rpc Find(Answer) returns (Answer);",
        ("Users.Find", "request Ask → Answer", WIRE),
    ),
    _rpc(
        "another response",
        "rpc Find(Ask) returns (Answer);",
        "rpc Find(Ask) returns (Ask);",
        ("Users.Find", "response Answer → Ask", WIRE),
    ),
    _rpc(
        "a stream of requests",
        "rpc Find(Ask) returns (Answer);",
        "rpc Find(stream Ask) returns (Answer);",
        ("Users.Find", "request Ask → stream Ask", WIRE),
    ),
    _rpc(
        "no stream of responses any more",
        "rpc Find(Ask) returns (stream Answer);",
        "rpc Find(Ask) returns (Answer);",
        ("Users.Find", "response stream Answer → Answer", WIRE),
    ),
    _rpc(
        "a deprecated rpc",
        "rpc Find(Ask) returns (Answer);",
        "rpc Find(Ask) returns (Answer) { option deprecated = true; }",
        ("Users.Find", "option deprecated: false → true", NOTHING),
    ),
    _rpc(
        "an rpc without side effects",
        "rpc Find(Ask) returns (Answer);",
        "rpc Find(Ask) returns (Answer) { option idempotency_level = NO_SIDE_EFFECTS; }",
        (
            "Users.Find",
            "option idempotency_level: IDEMPOTENCY_UNKNOWN → NO_SIDE_EFFECTS",
            WIRE,
        ),
    ),
    _rpc(
        "a deprecated service",
        "",
        "option deprecated = true;",
        ("Users", "option deprecated: false → true", NOTHING),
    ),
)

_FILES = (
    _file("nothing", "message User { string x = 1; }", "message User { string x = 1; }"),
    _file("a comment", "message User {}", "// Somebody.\nmessage User {}"),
    _file("a new message", "", "message User {}", ("User", "the message is new", NOTHING)),
    _file("a new enum", "", "enum E { A = 0; }", ("E", "the enum is new", NOTHING)),
    _file("a new service", "", "service Users {}", ("Users", "the service is new", NOTHING)),
    _file(
        "a removed message",
        "message User { string x = 1; enum E { A = 0; } }",
        "",
        ("User", "the message was removed", SOURCE),
    ),
    _file("a removed enum", "enum E { A = 0; }", "", ("E", "the enum was removed", SOURCE)),
    _file("a removed service", "service S {}", "", ("S", "the service was removed", SOURCE)),
    _file(
        "a renamed message in use",
        "message User {} message Page { User user = 1; }",
        "message Person {} message Page { Person user = 1; }",
        ("User", "the message was removed", SOURCE),
        ("Page.user", "User → Person", WIRE),
        ("Person", "the message is new", NOTHING),
    ),
    _file(
        "a renamed enum in use",
        "enum Color { RED = 0; } message Page { Color color = 1; }",
        "enum Colour { RED = 0; } message Page { Colour color = 1; }",
        ("Page.color", "Color → Colour", WIRE),
        ("Color", "the enum was removed", SOURCE),
        ("Colour", "the enum is new", NOTHING),
    ),
    _file(
        "an enum that becomes a message",
        "enum Color { RED = 0; } message Page { repeated Color colors = 1; }",
        "message Color {} message Page { repeated Color colors = 1; }",
        ("Page.colors", "repeated Color (enum) → repeated Color (message)", WIRE),
        ("Color", "the message is new", NOTHING),
        ("Color", "the enum was removed", SOURCE),
    ),
    _file(
        "a nested message that moves out",
        "message Page { message User {} User user = 1; }",
        "message User {} message Page { User user = 1; }",
        ("Page.user", "Page.User → User", WIRE),
        ("Page.User", "the message was removed", SOURCE),
        ("User", "the message is new", NOTHING),
    ),
    _file(
        "a nested enum that moves out and grows",
        "message Page { enum Color { RED = 0; } Color color = 1; }",
        "enum Color { RED = 0; BLUE = 1; } message Page { Color color = 1; }",
        ("Page.color", "Page.Color → Color", SOURCE),
        ("Page.Color", "the enum was removed", SOURCE),
        ("Color", "the enum is new", NOTHING),
    ),
    _file(
        "a nested enum that moves out and shrinks",
        "message Page { enum Color { RED = 0; BLUE = 1; } Color color = 1; }",
        "enum Color { RED = 0; } message Page { Color color = 1; }",
        ("Page.color", "Page.Color → Color", WIRE),
        ("Page.Color", "the enum was removed", SOURCE),
        ("Color", "the enum is new", NOTHING),
    ),
    _file(
        "a field of a nested message",
        "message Page { message User { string x = 1; } }",
        "message Page { message User { int64 x = 1; } }",
        ("Page.User.x", "string → int64", WIRE),
    ),
    _file(
        "a value of a nested enum",
        "message Page { enum Color { NONE = 0; RED = 1; } }",
        "message Page { enum Color { NONE = 0; ROT = 1; } }",
        ("Page.Color.ROT", "renamed from `RED`", JSON),
    ),
    _file(
        "a deprecated message",
        "message User {}",
        "message User { option deprecated = true; }",
        ("User", "option deprecated: false → true", NOTHING),
    ),
    _file(
        "another package in Go",
        "",
        'option go_package = "example.com/users";',
        ("file", 'option go_package: "" → "example.com/users"', SOURCE),
    ),
    _file(
        "an option with its default",
        "",
        "option java_multiple_files = false;",
    ),
    _file(
        "another package",
        'syntax = "proto3"; package users.v1; message User { User up = 1; }',
        'syntax = "proto3"; package users.v2; message User { User up = 1; }',
        ("package", "users.v1 → users.v2", WIRE),
    ),
    _file(
        "another syntax",
        'syntax = "proto2"; package ROW; message User { optional int64 x = 1; }',
        'syntax = "proto3"; package ROW; message User { optional int64 x = 1; }',
        ("syntax", "proto2 → proto3", SOURCE),
    ),
)

_PROTO2 = (
    _proto2(
        "a new required field",
        "",
        "required string x = 1;",
        ("User", "required none → `x`", WIRE),
        ("User.x", "the field is new", NOTHING),
    ),
    _proto2(
        "a required field that becomes optional",
        "required string x = 1; required string y = 2;",
        "required string x = 1; optional string y = 2;",
        ("User", "required `x`, `y` → `x`", WIRE),
        ("User.y", "required string → optional string", WIRE),
    ),
    _proto2(
        "another default",
        "optional int32 x = 1;",
        "optional int32 x = 1 [default = 3];",
        ("User.x", "default none → 3", WIRE),
    ),
)

TABLE = (*_TYPES, *_FIELDS, *_ONEOFS, *_ENUMS, *_RPCS, *_FILES, *_PROTO2)


@cache
def versions() -> tuple[FileDescriptorSet, FileDescriptorSet]:
    """The old and the new files of all rows, in the table's order."""
    return compiled(row.old for row in TABLE), compiled(row.new for row in TABLE)
