"""python peers --transport sse|streamable|http|stdio --revision R [--port N] [--journal FILE]"""

import argparse
import os
import sys

from documents import REVISIONS
from features import Features
from journal import Journal

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--transport", choices=["sse", "streamable", "http", "stdio"], required=True)
parser.add_argument("--revision", choices=REVISIONS, required=True)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--journal", default="")
options = parser.parse_args()
journal = Journal(options.journal)
journal.note("started", environment=sorted(os.environ))
features = Features(options.revision, journal)
if options.transport == "stdio":
    import lines

    lines.serve(features)
else:
    import web

    server = web.Server(options.port, options.transport, features)
    print(server.server_port, flush=True)
    server.serve_forever()
sys.exit(0)
