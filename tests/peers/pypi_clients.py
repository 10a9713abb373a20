"""JSON-RPC clients from PyPI, over httpx."""

from typing import Any

import httpx
import jsonrpcclient
import pjrpc.client
from pjrpc.client.backend.httpx import AsyncClient


async def use_jsonrpcclient(url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as http:

        async def send(message: Any) -> Any:
            response = (await http.post(url, json=message)).raise_for_status()
            return _answers(jsonrpcclient.parse_json(response.text)) if response.text else None

        async def call(method: str, params: Any) -> Any:
            return await send(jsonrpcclient.request(method, params))

        return {
            "by_name": await call("subtract", {"subtrahend": 23, "minuend": 42}),
            "by_position": await call("subtract", (42, 23)),
            "notification": await send(jsonrpcclient.notification("note", ("alone",))),
            "batch": await send(
                [
                    jsonrpcclient.request("subtract", (42, 23)),
                    jsonrpcclient.notification("note", ("in a batch",)),
                    jsonrpcclient.request("subtract", (23, 42)),
                ]
            ),
            "unknown_method": await call("no_such_method", None),
            "bad_parameters": await call("subtract", {"minuend": "42", "difference": 19}),
            "raised": await call("users.find", (7,)),
        }


def _answers(parsed: Any) -> Any:
    match parsed:
        case jsonrpcclient.Ok():
            return parsed.result
        case jsonrpcclient.Error():
            return {"code": parsed.code, "message": parsed.message, "data": parsed.data}
        case _:
            return [_answers(one) for one in parsed]


async def use_pjrpc(url: str) -> dict[str, Any]:
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        AsyncClient(url, http_client=http) as client,
    ):

        async def failed(method: str, *by_position: Any, **by_name: Any) -> Any:
            try:
                return await client.call(method, *by_position, **by_name)
            except pjrpc.client.exceptions.JsonRpcError as error:
                return {"code": error.code, "message": error.message, "data": error.data}

        answers: dict[str, Any] = {
            "by_name": await client.call("subtract", subtrahend=23, minuend=42),
            "by_position": await client.call("subtract", 42, 23),
        }
        await client.notify("note", "alone")  # raises when there is an answer
        answers["notification"] = None
        async with client.batch() as batch:
            batch.call("subtract", 42, 23)
            batch.notify("note", "in a batch")
            batch.call("subtract", 23, 42)
        answers["batch"] = batch.get_results()
        answers["unknown_method"] = await failed("no_such_method")
        answers["bad_parameters"] = await failed("subtract", minuend="42", difference=19)
        answers["raised"] = await failed("users.find", 7)
        return answers
