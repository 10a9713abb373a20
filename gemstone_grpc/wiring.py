"""The parts of a service and how they are put together."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tornado.web import Application

from gateway.app import API_PATH, HttpServer, JsonRpcServer, make_app
from gateway.endpoint import Endpoint
from gemstone_grpc import attributes, redact
from gemstone_grpc.access_log import AccessLog
from gemstone_grpc.api import Api, apis
from gemstone_grpc.auth.interceptor import TokenInterceptor
from gemstone_grpc.config import Config
from gemstone_grpc.container import Container
from gemstone_grpc.context import Context
from gemstone_grpc.dispatch import Call, Dispatcher
from gemstone_grpc.errors import Code, RpcError, StartError
from gemstone_grpc.interceptor import Interceptor
from gemstone_grpc.lifecycle import Lifecycle
from gemstone_grpc.listen import spell
from gemstone_grpc.schema.descriptor import pool_of
from gemstone_grpc.server import GrpcServer
from gemstone_grpc.tls import Certificates


class Face:
    """A version of a service, bound to the dispatcher: its calls over gRPC and over JSON-RPC."""

    def __init__(self, api: Api, dispatcher: Dispatcher, config: Config) -> None:
        self.version = api.version
        settled = api.settled()
        self.contract = settled.contract
        self.classes = settled.classes
        self.codecs = settled.codecs
        self.calls: dict[str, Call] = {}
        targets: dict[str, Call] = {}
        for method in api.methods:
            codec = self.codecs[method.name]
            self.calls[method.name] = dispatcher.bind(
                method, codec.arguments_from_wire, codec.result_to_wire
            )
            if not method.internal:
                streams = method.client_streaming or method.server_streaming
                decode = _refuse_to_stream if streams else codec.arguments_from_json
                targets[method.name] = dispatcher.bind(method, decode, codec.result_to_json)
        self.endpoint = Endpoint(targets, config)

    def rpcs(self) -> dict[str, Call]:
        """The calls over gRPC, by the names of their rpcs."""
        return {rpc.name: self.calls[rpc.method] for rpc in self.contract.rpcs}


def _refuse_to_stream(params: Any, context: Context) -> NoReturn:
    """Stands for the decoding of a streaming method, behind the interceptors as that is."""
    raise RpcError(Code.UNIMPLEMENTED, f"{context.method.name} streams: call it over gRPC")


class Wired:
    """A service ready to run: its parts, for `Lifecycle` and for tests without sockets.

    `faces` holds its own version first. Raises `StartError` for a mistake in the service.
    """

    def __init__(self, service: Container, config: Config) -> None:
        redact.install()
        self.config = config
        described = apis(service, config)
        self.dispatcher = Dispatcher(
            interceptors=self._interceptors(service, described),
            timeout=config.timeout,
            max_in_flight=config.max_in_flight,
            threads=config.threads,
            access_log=None if config.access_log == "off" else AccessLog(config.access_log),
        )
        self.faces = [Face(api, self.dispatcher, config) for api in described]
        self.lifecycle = self._lifecycle(service)

    def _interceptors(self, service: Container, described: Iterable[Api]) -> list[Interceptor]:
        verifiers = attributes.verifiers(service)
        if verifiers:
            config = self.config
            is_exposed = config.tls_cert is None and not config.is_loopback
            guard = TokenInterceptor(verifiers, config.token_recheck, is_exposed=is_exposed)
            return [guard, *attributes.interceptors(service)]
        for method in (method for api in described for method in api.methods):
            if method.private:
                raise StartError(
                    f"{method.label} is private, and {type(service).__name__} has no way to tell "
                    "who calls: set `auth`, or use internal=True instead to keep the method off "
                    "the public face"
                )
        return [*attributes.interceptors(service)]

    @property
    def face(self) -> Face:
        """The service's own version."""
        return self.faces[0]

    def version(self, name: str) -> Face:
        """A version that is served, by its name. Raises `LookupError`."""
        for face in self.faces:
            if face.version == name:
                return face
        raise LookupError(f"{self.config.name} is not served as {name}")

    @property
    def api_url(self) -> str:
        """Where JSON-RPC is served, once it is."""
        scheme = "http" if self.config.tls_cert is None else "https"
        return f"{scheme}://{self._address(self.lifecycle.port)}{API_PATH}"

    @property
    def grpc_address(self) -> str:
        """Where gRPC is served, once it is."""
        return self._address(self.lifecycle.grpc_port)

    def _address(self, port: int) -> str:
        return spell(self.config.host, port)

    def _lifecycle(self, service: Container) -> Lifecycle:
        apis = [JsonRpcServer(face.endpoint, self.config) for face in self.faces]
        certificates = self._certificates()
        http = HttpServer(
            self._application(service, apis),
            ssl_options=certificates.context() if certificates else None,
            max_header_size=self.config.max_header_size,
            max_body_size=self.config.max_body_size,
            body_timeout=self.config.body_timeout,
            idle_connection_timeout=self.config.idle_timeout,
        )
        http.max_connections = self.config.max_connections
        grpc = GrpcServer(
            self._services(),
            pool_of(file for face in self.faces for file in face.classes.files),
            self.config,
            certificates.grpc_credentials() if certificates else None,
            attributes.grpc_interceptors(service),
        )

        async def http_idle() -> None:
            for api in apis:
                await api.idle()

        return Lifecycle(
            self.config,
            self.dispatcher,
            grpc,
            http,
            http_idle=http_idle,
            on_start=attributes.hook(service, "on_service_start"),
            on_stop=attributes.hook(service, "on_service_stop"),
            periodic_tasks=list(attributes.periodic_tasks(service)),
        )

    def _services(self) -> dict[str, dict[str, Call]]:
        """The calls of each version over gRPC, by its full name there."""
        owners: dict[str, Face] = {}
        for face in self.faces:
            name = face.contract.full_name
            other = owners.setdefault(name, face)
            if other is not face:
                raise StartError(
                    f"{self.config.name} would serve {other.version} and {face.version} as one, "
                    f"{name}: give each version's .proto a package of its own"
                )
        return {name: face.rpcs() for name, face in owners.items()}

    def _certificates(self) -> Certificates | None:
        chain, key, client_ca = self.config.tls_cert, self.config.tls_key, self.config.client_ca
        if chain is None or key is None:
            return None
        return Certificates(Path(chain), Path(key), Path(client_ca) if client_ca else None)

    def _application(self, service: Container, apis: Sequence[JsonRpcServer]) -> Application:
        folder = attributes.folder(type(service))
        static = list(attributes.static_dirs(service, folder))
        template_path = attributes.template_path(service, folder)
        extra = attributes.extra_handlers(service)
        versions = {f"/{face.version}": api for face, api in zip(self.faces, apis, strict=True)}
        try:
            return make_app(
                {"": apis[0], **versions},
                is_ready=lambda: self.lifecycle.is_ready,
                hosts=self.config.hosts,
                handlers=extra,
                static=static,
                template_path=template_path,
                service=service,
            )
        except Exception as error:  # Tornado's own, of many kinds
            raise StartError(
                f"{type(service).__name__}.extra_handlers: Tornado refuses them ({error}): give it "
                'pairs such as ("/page", PageHandler)'
            ) from error
