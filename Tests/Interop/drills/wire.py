"""HTTP/1.1 by hand, for what an HTTP client will not send: pipelined requests, and their answers in order."""

import json


def compose(method, path, headers, body=None):
    """The bytes of one request; a body is sent as JSON."""
    text = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"] + [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + text


class Reader:
    """Reads one answer after the other from a connection."""

    def __init__(self, connection):
        self.connection, self.buffer = connection, b""

    def answer(self):
        """(status, headers by lower-case name, body)"""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if status < 200:
            return self.answer()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return status, headers, self._chunks()
        return status, headers, self._exactly(int(headers.get("content-length", "0")))

    def _chunks(self):
        body = b""
        while True:
            size = int(self._until(b"\r\n").split(b";")[0], 16)
            if size == 0:
                while self._until(b"\r\n") != b"":
                    pass
                return body
            body += self._exactly(size)
            self._until(b"\r\n")

    def _more(self):
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError("closed in the middle of an answer")
        self.buffer += data

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        data, _, self.buffer = self.buffer.partition(mark)
        return data

    def _exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data
