"""Classes whose hints are strings until somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, Required, TypedDict


@dataclass
class Person:
    name: str
    parent: Person | None
    dog: Dog | None = None


@dataclass
class Dog:
    owner: Person


class Options(TypedDict, total=False):
    a: NotRequired[int]
    b: Required[int]
    more: Options
