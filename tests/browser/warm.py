"""The command with all that it loads, kept warm: each run of it is a fork of this process.

Whoever connects sends one line of JSON: the command's arguments, and what its environment is to
have beside ours. She hears the process's number in the first line, then what the command prints;
the connection ends when the command has.
"""

import gc
import json
import os
import signal
import socket
import sys

import coterie.serving  # noqa: F401 (what the command loads when it is about to serve)
from coterie import cli


def main() -> None:
    """Listen on a free port, which is printed, until killed."""
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who ended
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _run(connection)
            connection.close()


def _run(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile() as said:
        arguments, environment = json.loads(said.readline())
    connection.sendall(f"{os.getpid()}\n".encode())
    os.dup2(connection.fileno(), 1)
    os.dup2(connection.fileno(), 2)
    connection.close()
    sys.argv = ["coterie", *arguments]
    os.environ |= environment
    cli.main()
    sys.exit()


if __name__ == "__main__":
    main()
