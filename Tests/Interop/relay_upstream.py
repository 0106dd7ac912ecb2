"""A provider that speaks the four conversation formats, says what `relay_facts` says, and refuses what no official client could send."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import relay_schemas
from relay_dialects import ChatCompletions, GenerateContent, Messages
from relay_facts import answer
from relay_responses import Responses

DIALECTS = {
    "chat-completions": ChatCompletions, "responses": Responses, "messages": Messages, "generate-content": GenerateContent,
}
PATHS = [
    ("chat-completions", re.compile(r".*/chat/completions")),
    ("responses", re.compile(r".*/responses")),
    ("messages", re.compile(r".*/messages")),
    ("generate-content", re.compile(r".*/models/(?P<model>[^/:]+):(?P<verb>generateContent|streamGenerateContent)")),
]


class RelayUpstream:
    """Listens on loopback. `requests` has what came: format and body; `faults` what was wrong with it."""

    def __enter__(self):
        self.requests, self.faults = [], []
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                upstream._serve(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, call):
        path, _, query = call.path.partition("?")
        body = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        wire_format, match = next(((name, match) for name, pattern in PATHS if (match := pattern.fullmatch(path))), (None, None))
        if wire_format is None:
            return self._send(call, 404, {"error": {"message": f"no {path} here"}})
        self.requests.append((wire_format, body))
        if faults := relay_schemas.faults(wire_format, body):
            self.faults.append((wire_format, faults, body))
            return self._send(call, 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "; ".join(faults)}})
        dialect = DIALECTS[wire_format]
        seen = dialect.seen(body)
        if wire_format == "generate-content":
            seen.model, seen.streamed = match["model"], match["verb"] == "streamGenerateContent"
        facts = answer(seen)
        if seen.streamed:
            assert wire_format != "generate-content" or "alt=sse" in query
            return self._stream(call, dialect.events(facts, seen.model, body))
        self._send(call, 200, dialect.whole(facts, seen.model))

    @staticmethod
    def _send(call, status, answer):
        data = json.dumps(answer).encode()
        call.send_response(status)
        call.send_header("Content-Type", "application/json")
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        call.wfile.write(data)

    @staticmethod
    def _stream(call, events):
        call.send_response(200)
        call.send_header("Content-Type", "text/event-stream")
        call.send_header("Transfer-Encoding", "chunked")
        call.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            event = ((f"event: {name}\n" if name else "") + f"data: {text}\n\n").encode()
            call.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        call.wfile.write(b"0\r\n\r\n")
