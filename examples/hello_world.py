"""The smallest service: no hints, no settings beyond its name."""

import gemstone_grpc as gemstone


class HelloWorldService(gemstone.MicroService):
    """Says hello over JSON-RPC and gRPC."""

    name = "hello_world_service"
    host = "127.0.0.1"
    port = 8000
    grpc_port = 50051

    @gemstone.exposed_method()
    def say_hello(self, name):
        return f"hello {name}"


if __name__ == "__main__":
    HelloWorldService().start()
