"""Limits on values (`msgspec.Meta`): which there are, and what may have them."""

from typing import Annotated, Any

import msgspec

from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.types import Leaf, Nullable, Type

_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz")


def constrained(type_: Type, inner: Any, meta: msgspec.Meta, place: Place) -> Type:
    """The type with these limits, if there are any. Raises `StartError` when it cannot have them.

    `inner` is the hint they are put on.
    """
    if all(getattr(meta, limit) is None for limit in _LIMITS):
        return type_
    hint = Annotated[inner, meta]
    if isinstance(type_, Nullable):
        raise place.refuse(hint, "has limits on None too: write Annotated[T, ...] | None")
    if not isinstance(type_, Leaf):
        raise place.refuse(
            hint, "has limits, which are for numbers, strings and bytes: check it in the method"
        )
    if type_.constraint is not None:
        raise place.refuse(hint, "has limits already: write them in one msgspec.Meta")
    if meta.tz is False:
        raise place.refuse(hint, "wants no time zone, and a datetime always has one: drop tz=False")
    try:
        msgspec.json.Decoder(hint)
    except TypeError as error:
        why, _, _ = str(error).partition(" - type")
        raise place.refuse(
            hint, f"has limits that do not fit it ({why}): check it in the method"
        ) from None
    return Leaf(type_.kind, meta)
