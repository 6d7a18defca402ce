"""Takes connections to some addresses on to others: run in the network namespace of a node.

    python relay.py 127.0.0.1:9301=10.0.0.11:9301 ...

A node listens on its own loopback, where OpenSearch makes no demands on limits of the system, and reaches the others
through these. When the link of the namespace is down, what goes through hangs, as it does in a network that is cut.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

_AT_ONCE = 1 << 16


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(_AT_ONCE):
            writer.write(content)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()


async def take_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    try:
        far_reader, far_writer = await asyncio.open_connection(host, port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def main(routes: list[str]) -> None:
    servers = []
    for route in routes:
        (near_host, near_port), (far_host, far_port) = (each.split(":") for each in route.split("="))

        def accept(
            reader: asyncio.StreamReader,
            writer: asyncio.StreamWriter,
            far: tuple[str, int] = (far_host, int(far_port)),
        ) -> object:
            return take_on(reader, writer, *far)

        servers.append(await asyncio.start_server(accept, near_host, int(near_port)))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
