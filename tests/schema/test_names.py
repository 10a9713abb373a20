"""Names on the wire, and those of the file, the package and the service."""

from dataclasses import dataclass

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc.method import collect
from gemstone_grpc.schema import names
from gemstone_grpc.schema.descriptor import file_descriptor
from gemstone_grpc.schema.hints import derive
from tests.schema.build import exposing, fields, file_of


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("user", "user"),
        ("user_id", "user_id"),
        ("userId", "user_id"),
        ("userID", "user_id"),
        ("UserID", "user_id"),
        ("HTTPServer", "http_server"),
        ("getHTTPResponseCode", "get_http_response_code"),
        ("x1", "x1"),
        ("x_1", "x_1"),
        ("a_b1", "a_b1"),
        ("V1Beta", "v1_beta"),
        ("Int2Code", "int2_code"),
        ("SHA256", "sha256"),
        ("SHA256Sum", "sha256_sum"),
        ("User2FA", "user2fa"),
        ("Find3DRequest", "find3d_request"),
        ("X", "x"),
        ("aB", "a_b"),
        ("class_", "class"),
        ("_private", "private"),
        ("__both__", "both"),
        ("a__b", "a_b"),
        ("not so good", "not_so_good"),
        ("50%", "50"),
        ("_", ""),
        ("", ""),
        ("größe", ""),
        ("名", ""),
    ],
)
def test_snake_and_constant(name: str, snake: str) -> None:
    """As `buf lint` splits names, so that its prefix rule for enum values holds."""
    assert names.snake(name) == snake
    assert names.constant(name) == snake.upper()


@pytest.mark.parametrize(
    ("name", "pascal"),
    [
        ("say_hello", "SayHello"),
        ("users.find_all", "UsersFindAll"),
        ("users.findAll", "UsersFindAll"),
        ("HTTPGet", "HTTPGet"),
        ("x1", "X1"),
        ("x_1", "X1"),
        ("a_b1", "AB1"),
        ("list_", "List"),
        ("_Private", "Private"),
        ("größe", ""),
    ],
)
def test_pascal(name: str, pascal: str) -> None:
    assert names.pascal(name) == pascal


@pytest.mark.parametrize(
    ("name", "camel"),
    [("user_id", "userId"), ("x_1", "x1"), ("a_b", "aB"), ("ab", "ab"), ("a__b", "aB")],
)
def test_camel(name: str, camel: str) -> None:
    """As protoc makes `json_name`."""
    assert names.camel(name) == camel


@pytest.mark.parametrize(
    ("service", "version", "file", "package", "symbol"),
    [
        ("users", "v1", "users/v1/users.proto", "users.v1", "UsersService"),
        ("hello_world_service", "v1", "hello_world_service/v1/hello_world_service.proto",
         "hello_world_service.v1", "HelloWorldService"),
        ("shop.users", "v2", "shop/users/v2/users.proto", "shop.users.v2", "ShopUsersService"),
        ("service", "v1", "service/v1/service.proto", "service.v1", "Service"),
    ],
)  # fmt: skip
def test_file_package_and_service(
    service: str, version: str, file: str, package: str, symbol: str
) -> None:
    contract = derive(service, version, ())
    descriptor = file_descriptor(contract)
    assert (descriptor.name, descriptor.package) == (file, package)
    assert [one.name for one in descriptor.service] == [symbol]
    assert contract.full_name == f"{package}.{symbol}"


class Users:
    @gemstone.exposed_method("users.find")
    def find(self, user_id: int) -> str:
        return ""

    @gemstone.exposed_method(deprecated=True)
    def rename(self) -> None: ...


def test_methods() -> None:
    file = file_descriptor(derive("users", "v1", collect([Users()])))
    find, rename = file.service[0].method
    assert (find.name, find.input_type, find.output_type) == (
        "UsersFind",
        ".users.v1.UsersFindRequest",
        ".users.v1.UsersFindResponse",
    )
    assert not find.options.deprecated
    assert rename.name == "Rename"
    assert rename.options.deprecated


def test_a_parameter_keeps_its_python_name_in_json() -> None:
    contract = derive("users", "v1", collect([exposing({"userId": int, "class_": str})]))
    (request, _) = contract.messages
    assert [(field.name, field.json, field.wire) for field in request.fields] == [  # type: ignore[union-attr]
        ("userId", "userId", "user_id"),
        ("class_", "class_", "class"),
    ]


@dataclass
class _Hidden:
    a_b: int
    ab: int


@dataclass
class user_data:  # as C programmers write
    x: int


def test_classes_are_in_pascal_case() -> None:
    file = file_of(_Hidden, list[list[user_data]])
    names = [message.name for message in file.message_type]
    assert names == ["FindRequest", "FindResponse", "Hidden", "UserData", "ListUserData"]


def test_names_that_only_look_alike_are_two() -> None:
    assert fields(file_of(_Hidden), "Hidden") == ["1 int64 a_b", "2 int64 ab"]
