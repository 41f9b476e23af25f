"""Traces openat, and prints a line at the first event of its own."""

import asyncio
import os

import aiobpf


async def main() -> None:
    async with aiobpf.trace("syscalls:sys_enter_openat", pid=os.getpid(), driver="inline") as events:
        os.close(os.open("/", os.O_RDONLY))
        event = await events.get()
        print(event.pid, flush=True)
        os._exit(0)  # what is measured is over


asyncio.run(main())
