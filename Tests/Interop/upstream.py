"""An upstream that misbehaves on purpose: each connection is handed to a function that does what it likes with the socket."""

import socket
import struct
import threading


class Upstream:
    """Listens on loopback; `behave` is called with each accepted connection in a thread of its own."""

    def __init__(self, address="127.0.0.1", port=0):
        self.behave = reset
        self.connections = 0
        self._open = []
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self.behave(connection)
        except OSError:
            pass


def read_request(connection):
    """Reads one request with a Content-Length; its bytes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


def reset(connection):
    """Reads the request, then resets the connection."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection):
    """Reads the request and never answers."""
    read_request(connection)
    while connection.recv(4096):
        pass


def nonsense(connection):
    """Answers in something that is not HTTP."""
    read_request(connection)
    connection.sendall(b"\x00\xffthis is not HTTP at all\r\n\r\n")
    connection.close()


def cut_body(connection):
    """Promises more bytes than it sends."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"id\":")
    connection.close()


def answers(status, body, content_type="application/json"):
    """Answers each request of the connection with this status and body."""

    def behave(connection):
        while read_request(connection):
            head = f"HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)

    return behave
