"""TCP ports on 127.0.0.1: free ones, and who holds one that is taken."""

import socket

import psutil

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """`count` different ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_open(port: int, timeout: float = 0.5) -> bool:
    """True when something accepts connections on the port."""
    try:
        socket.create_connection((HOST, port), timeout).close()
    except OSError:
        return False
    return True


def can_listen(port: int) -> bool:
    """True when a server of ours could listen on the port now; what a closed connection left behind does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> psutil.Process | None:
    """Who listens on the port; None where the system does not tell us."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS shows other users' sockets to root only
        return None
    pids = (each.pid for each in connections if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr[1] == port)
    return next((psutil.Process(pid) for pid in pids if pid and psutil.pid_exists(pid)), None)


def holder_in_words(port: int) -> str:
    """Name and pid of who listens on the port."""
    holder = holder_of(port)
    return f"{holder.name()} (pid {holder.pid})" if holder else "another program"
