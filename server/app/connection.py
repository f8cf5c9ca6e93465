"""A connection to gunicorn's worker, and what its loop asks of it without ever waiting."""

import fcntl
import socket
import struct
import sys
import termios

from gunicorn.workers.gthread import TConn

from app import wire

LONGEST_QUICK = 1 << 16
"""Bytes of a request that needs only the processor, with its body."""

LAST_DATA_RECV = struct.Struct("=52xI")
"""Where Linux says in its `struct tcp_info` how many milliseconds ago a packet brought data."""


SO_NWRITE = 0x1024
"""By which macOS says how many bytes of what was sent have not been taken (sys/socket.h)."""


class Connection(TConn):  # type: ignore[misc]
    """A connection, and the quick request that has come on it.

    While that waits for its turn the loop goes on watching the connection, as one that is kept
    alive: to take it away and put it back would cost as much as to refuse the request.
    """

    request: wire.Request | None = None
    """What is to be answered."""
    came = b""
    """The same, as it came over the line."""
    queued = 0.0
    """When it did, by `time.monotonic()`."""
    is_watched = True
    """False where more came before there was an answer, or the end."""
    is_renewed = False
    """Whether another request has come since it took its place among those that are kept alive."""


def received(connection: socket.socket, flags: int = 0) -> bytes | None:
    """What has come, as far as it may be quick; None where nothing has, nor an end."""
    try:
        return connection.recv(LONGEST_QUICK, socket.MSG_DONTWAIT | flags)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def waited_unseen(connection: socket.socket) -> float:
    """Seconds since the last of what has come did come, which may be long before it is seen: new
    connections wait for being accepted. 0 where only Linux knows (`tcpi_last_data_recv`)."""
    if sys.platform != "linux":
        return 0.0
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECV.size)
    except OSError:
        return 0.0
    (milliseconds,) = LAST_DATA_RECV.unpack(info)
    return float(milliseconds) / 1000


def is_beginning(conn: Connection) -> bool:
    """Whether what comes next is the beginning of a request, nothing before it being unread."""
    return not (conn.initialized and conn.parser.unreader.buf.getvalue())


def send(conn: Connection, answer: bytes) -> bool:
    """Send an answer, for which there is room, since all before has been taken; whether the
    connection stays open. The loop waits for nobody: who has made no room for it is not answered.
    """
    try:
        sent = conn.sock.send(answer, socket.MSG_DONTWAIT)
    except OSError:  # the client has gone
        return False
    assert conn.request
    return sent == len(answer) and not conn.request.is_last


def has_taken_all(conn: Connection) -> bool:
    """Whether all answers before have been taken, so that the next one finds room at once."""
    try:
        if sys.platform == "darwin":
            return conn.sock.getsockopt(socket.SOL_SOCKET, SO_NWRITE) == 0
        return not any(fcntl.ioctl(conn.sock, termios.TIOCOUTQ, bytes(struct.calcsize("i"))))
    except OSError:
        return False
