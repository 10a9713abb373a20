"""Services from their source, as a project's history has them: one text after the other."""

import importlib.util
import itertools
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from gemstone_grpc import MicroService
from gemstone_grpc.api import Api, apis
from gemstone_grpc.config import resolve
from gemstone_grpc.schema.draft import Draft, draft

HEAD = """
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import msgspec

import gemstone_grpc as gemstone
from gemstone_grpc import Field, exposed_method

"""
_numbers = itertools.count()


def load(folder: Path, source: str) -> Any:
    """The module of a source, a fresh one each time."""
    name = f"sourced_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(HEAD + dedent(source), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for it
    spec.loader.exec_module(module)
    return module


def service(folder: Path, source: str) -> MicroService:
    """The service `Users` of a source."""
    users: MicroService = load(folder, source).Users()
    return users


def api(service: MicroService) -> Api:
    """Its own API."""
    return apis(service, resolve(service, {}))[0]


def drafted(folder: Path, service: MicroService) -> Draft:
    """What `gemstone proto write` would write below a folder."""
    described = api(service)
    path = folder / described.derived().file
    return draft(described.derived(), described.methods, described.doc, path)


def written(folder: Path, source: str) -> str:
    """The text of the contract after it was written."""
    found = drafted(folder, service(folder, source))
    found.write()
    return found.text
