"""Standard streams: one message a line."""

import json
import sys
import threading

from legacy import Session
from modern import Stateless


class LinePort:
    headers = None

    def __init__(self):
        self._lock = threading.Lock()
        self.closed = False

    def write(self, text):
        with self._lock:
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except OSError:
                self.closed = True

    def status(self, code):
        pass

    def gone(self):
        return self.closed

    def end(self):
        pass


def serve(features):
    port = LinePort()
    if features.is_modern:
        peer = Stateless(features)
    else:
        peer = Session(features)
        features.broadcast = lambda message, uri=None: peer.tell(message, uri)
        threading.Thread(target=lambda: [port.write(text) for text in iter(peer.stream.get, None)], daemon=True).start()
    for line in sys.stdin:
        features.journal.note("request", headers={}, body=line.rstrip("\n"))
        message = json.loads(line)
        if "id" in message and "method" in message:
            threading.Thread(target=peer.receive, args=(message, port), daemon=True).start()
        else:
            peer.receive(message, port)
    port.closed = True
