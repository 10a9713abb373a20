"""The contract of a service, derived from its type hints: hints → types → protobuf descriptor."""
