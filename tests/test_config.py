"""Settings: where they come from, which source wins, and what they may be."""

import argparse
from collections.abc import Mapping
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc.config import SETTINGS, add_arguments, flag, resolve
from gemstone_grpc.errors import StartError


class Users(gemstone.MicroService):
    name = "users"


def variable(name: str) -> str:
    return f"GEMSTONE_{name.upper()}"


# a value for each source, weakest first, and the text of the two that come as text
VALUES: list[tuple[str, Any, tuple[str, Any], tuple[str, Any], Any]] = [
    ("host", "::1", ("localhost", "localhost"), ("0.0.0.0", "0.0.0.0"), "10.0.0.1"),
    ("port", 1, ("2", 2), ("0", 0), 65535),
    ("jsonrpc_envelope", "gemstone", ("standard", "standard"), ("gemstone", "gemstone"),
     "standard"),
    ("timeout", 1, ("2", 2.0), ("0.5", 0.5), 3.5),
    ("max_batch", 1, ("2", 2), ("3", 3), 4),
    ("max_connection_age", 1.0, ("none", None), ("2", 2.0), None),
    ("max_connection_age_grace", None, ("5", 5.0), ("None", None), 6),
    ("reflection", True, ("false", False), ("none", None), True),
    ("access_log", "json", ("text", "text"), ("off", "off"), "json"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "in_class", "in_environment", "on_line", "given"), VALUES)
def test_the_later_source_wins(
    name: str,
    in_class: Any,
    in_environment: tuple[str, Any],
    on_line: tuple[str, Any],
    given: Any,
) -> None:
    service = type("Users", (Users,), {name: in_class})()
    environment = {variable(name): in_environment[0]}
    arguments = {name: on_line[0]}

    def value(service: object, *sources: Any) -> Any:
        return getattr(resolve(service, *sources), name)

    assert value(Users(), {}, {}, {}) == SETTINGS[name].default
    assert value(service, {}, {}, {}) == in_class
    assert value(service, {}, {}, environment) == in_environment[1]
    assert value(service, {}, arguments, environment) == on_line[1]
    assert value(service, {name: given}, arguments, environment) == given


def test_settings_of_one_source_do_not_hide_those_of_another() -> None:
    class Ported(Users):
        port = 1

    config = resolve(
        Ported(), {"grace": 4.0}, {"timeout": "3"}, {"GEMSTONE_GRPC_PORT": "2", "PATH": "/bin"}
    )
    assert (config.port, config.grpc_port, config.timeout, config.grace) == (1, 2, 3.0, 4.0)


def test_an_instance_may_set_its_own() -> None:
    class Sharded(Users):
        def __init__(self) -> None:
            super().__init__()
            self.port = 9000

    assert resolve(Sharded(), {}, {}, {}).port == 9000


def test_the_environment_is_read_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMSTONE_PORT", "12345")
    assert resolve(Users(), {}).port == 12345


def test_name_and_version_belong_to_the_code() -> None:
    environment = {"GEMSTONE_NAME": "other", "GEMSTONE_VERSION": "v9"}
    config = resolve(Users(), {"version": "v2"}, {}, environment)
    assert (config.name, config.version) == ("users", "v2")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--name", "other"])


def test_every_other_setting_has_a_flag_with_help() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    help_text = parser.format_help()
    for name in SETTINGS.keys() - {"name", "version"}:
        assert flag(name) in help_text
        assert getattr(parser.parse_args([flag(name), "text"]), name) == "text"
    assert vars(parser.parse_args([])) == {}


@pytest.mark.parametrize(
    ("host", "reflection", "reflects"),
    [
        ("127.0.0.1", None, True),
        ("127.3.2.1", None, True),
        ("::1", None, True),
        ("localhost", None, True),
        ("0.0.0.0", None, False),
        ("::", None, False),
        ("example.com", None, False),
        ("0.0.0.0", True, True),
        ("127.0.0.1", False, False),
    ],
)
def test_reflection_is_on_for_loopback(host: str, reflection: bool | None, reflects: bool) -> None:
    assert resolve(Users(), {"host": host, "reflection": reflection}, {}, {}).reflects is reflects


def refusal(
    service: object,
    constructor: Mapping[str, Any] = {},
    arguments: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = {},
) -> str:
    with pytest.raises(StartError) as caught:
        resolve(service, constructor, arguments, environment)
    return str(caught.value)


PORT = "expected a whole number from 0 to 65535"
SECONDS = "expected a number of seconds above 0, up to 2000000"


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("port", "8000", PORT),
        ("port", 8000.0, PORT),
        ("port", True, PORT),
        ("port", None, PORT),
        ("port", -1, PORT),
        ("port", 65536, PORT),
        ("timeout", 0, SECONDS),
        ("timeout", -1, SECONDS),
        ("timeout", float("nan"), SECONDS),
        ("timeout", float("inf"), SECONDS),
        ("timeout", None, SECONDS),
        ("max_connection_age", 0, f"{SECONDS}, or none"),
        ("max_batch", 0, "expected a whole number from 1 to 2147483647"),
        ("max_message_size", 2**31, "expected a whole number from 1 to 2147483647"),
        ("host", "", "expected an address or a host name"),
        ("host", 5, "expected an address or a host name"),
        ("reflection", "yes", "expected true or false, or none"),
        ("access_log", "xml", "expected one of off, text, json"),
        ("access_log", True, "expected one of off, text, json"),
        ("jsonrpc_envelope", "", "expected one of standard, gemstone"),
        ("version", "1", 'a version is "v1", "v2", ...'),
        ("version", "v0", 'a version is "v1", "v2", ...'),
        ("name", "Users", 'a name is lower-case words, such as "users" or "shop.users"'),
        ("name", "", 'a name is lower-case words, such as "users" or "shop.users"'),
        ("name", "users\n", 'a name is lower-case words, such as "users" or "shop.users"'),
    ],
)
def test_a_bad_value_names_its_place(name: str, value: Any, expectation: str) -> None:
    broken = type("Users", (Users,), {name: value})()
    assert refusal(broken) == f"Users.{name} = {value!r}: {expectation}"
    assert refusal(Users(), {name: value}) == f"Users({name}={value!r}): {expectation}"


@pytest.mark.parametrize(
    ("name", "text", "expectation"),
    [
        ("port", "abc", PORT),
        ("port", "", PORT),
        ("port", "none", PORT),
        ("port", "1.5", PORT),
        ("port", "65536", PORT),
        ("timeout", "soon", SECONDS),
        ("timeout", "inf", SECONDS),
        ("timeout", "nan", SECONDS),
        ("timeout", "-1", SECONDS),
        ("max_connection_age", "never", f"{SECONDS}, or none"),
        ("reflection", "yes", "expected true or false, or none"),
        ("access_log", "XML", "expected one of off, text, json"),
    ],
)
def test_a_bad_text_names_its_place(name: str, text: str, expectation: str) -> None:
    assert refusal(Users(), {}, {name: text}) == f"{flag(name)}={text!r}: {expectation}"
    environment = {variable(name): text}
    assert refusal(Users(), {}, {}, environment) == f"{variable(name)}={text!r}: {expectation}"


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("FALSE", False), ("0", False)],
)
def test_booleans_in_text(text: str, value: bool) -> None:
    assert resolve(Users(), {}, {}, {"GEMSTONE_REFLECTION": text}).reflection is value


def test_a_host_may_be_called_none() -> None:
    assert resolve(Users(), {}, {"host": "none"}, {}).host == "none"


def test_an_unknown_setting_comes_with_a_suggestion() -> None:
    assert refusal(Users(), {"prot": 1}) == "Users() has no setting 'prot': did you mean 'port'?"
    assert refusal(Users(), {"xyz": 1}) == (
        f"Users() has no setting 'xyz'; it has {', '.join(SETTINGS)}"
    )


@pytest.mark.parametrize(
    ("cls", "suggestion"),
    [("Users", "users"), ("UserStore", "user_store"), ("HTTPUsers", "httpusers"),
     ("_Users", "my_service"), ("Größe", "my_service")],
)  # fmt: skip
def test_a_name_is_required(cls: str, suggestion: str) -> None:
    service = type(cls, (gemstone.MicroService,), {})()
    assert refusal(service) == f'{cls} has no name: add `name = "{suggestion}"` to the class'


def test_a_method_cannot_have_the_name_of_a_setting() -> None:
    class Clock(Users):
        @gemstone.exposed_method()
        def timeout(self) -> float:
            return 0

    assert refusal(Clock()) == (
        "Clock.timeout is a method, and 'timeout' is a setting: rename the method; "
        '@exposed_method("timeout") keeps its public name'
    )


def test_what_is_nearly_a_setting() -> None:
    class Misspelt(gemstone.MicroService):
        name = "misspelt"
        prot = 9000

    class Own(gemstone.MicroService):
        name = "own"
        names = ("a", "b")
        report = 5
        hosts = 3
        _port = 7

        def ports(self) -> None: ...

    with pytest.raises(StartError) as caught:
        resolve(Misspelt(), {}, {}, {})
    assert str(caught.value) == (
        "Misspelt.prot is no setting: did you mean 'port'? If not, give it another name"
    )
    with pytest.raises(StartError) as caught:
        resolve(Own(), {}, {}, {"GEMSTONE_GRPC_PROT": "1"})
    assert str(caught.value) == "GEMSTONE_GRPC_PROT is no setting: did you mean GEMSTONE_GRPC_PORT?"
    assert resolve(Own(), {}, {}, {"GEMSTONE_SERVICE_HOST": "10.0.0.1", "PORTS": "1"}).port == 8000
