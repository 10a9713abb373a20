"""The public face: JSON-RPC 2.0 over HTTP, on Tornado."""
