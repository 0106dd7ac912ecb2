"""What happened at the peer, one JSON object a line."""

import json
import os
import threading
import time


class Journal:
    def __init__(self, path):
        # Several processes may write to one journal: each line is one write to a file opened for appending.
        self._file = os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def note(self, kind, **more):
        line = json.dumps({"kind": kind, "pid": os.getpid(), "time": time.time()} | more) + "\n"
        with self._lock:
            os.write(self._file, line.encode())

