"""A server in a process of its own: start, addresses, CPU time, resident memory, stop."""

import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OURS = ("benchmarks.ours",)

_HERE = Path(__file__).resolve().parent
_ADDRESSES = re.compile(r"http://127\.0\.0\.1:(\d+)/api.* 127\.0\.0\.1:(\d+)")
_PATIENCE = 20.0  # seconds for a server to start, or to stop
_CPU_CLOCK = 2  # CPUCLOCK_SCHED of Linux: the time of all threads, ended ones too


@dataclass(frozen=True)
class ServerProcess:
    """A server that accepts calls on both faces."""

    pid: int
    port: int
    grpc_port: int

    def cpu_seconds(self) -> float:
        """What the process has used since it started, as clock_getcpuclockid(3) tells it."""
        return time.clock_gettime(~self.pid << 3 | _CPU_CLOCK)

    def resident_mib(self) -> float:
        """Resident memory now, counted exactly."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return int(re.findall(r"^Rss:\s+(\d+) kB", rollup, re.MULTILINE)[0]) / 1024


@contextmanager
def bare_server() -> Iterator[tuple[str, ...]]:
    """The arguments for `serving` of the bare server, whose stubs live as long as the block."""
    with tempfile.TemporaryDirectory(prefix="gemstone-benchmarks-") as stubs:
        outs = (f"--python_out={stubs}", f"--grpc_python_out={stubs}")
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{_HERE}", *outs, "hello.proto"]
        subprocess.run(command, check=True)
        yield "benchmarks.bare", stubs


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[ServerProcess]:
    """Run `python -m module`; the process ends with the block, whatever happens in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=_HERE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        port, grpc_port = _read_ports(process)
        yield ServerProcess(process.pid, port, grpc_port)
    except BaseException:
        process.kill()
        assert process.stdout is not None
        sys.stderr.buffer.write(process.stdout.read())
        raise
    finally:
        _end(process)


def _read_ports(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    assert process.stdout is not None
    until = time.monotonic() + _PATIENCE
    said = b""
    while not (found := _ADDRESSES.search(said.decode())):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        chunk = process.stdout.read1() if ready else b""  # type: ignore[attr-defined]
        said += chunk
        if not chunk:
            raise RuntimeError(f"the server did not start: {said.decode()}")
    return int(found[1]), int(found[2])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
