"""A small MCP server that speaks one revision over one transport, exactly and without an SDK: the upstream of the pair matrix.

Run as `python peers --transport T --revision R [--port N] [--journal FILE]`. Every message in and out goes to the journal, one JSON
object a line, so that a test can check what reached the upstream.
"""
