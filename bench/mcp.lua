-- The tools/call that wrk posts for bench/mcp. Every call has an id of its own, because an id may be used only once in a session.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "result.lua")

-- All ids have as many digits as this one, so that requests differ in nothing else.
local first = 100000000
local modern = os.getenv("BENCH_SCENARIO") == "modern"
local meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"' .. os.getenv("BENCH_REVISION") .. '",'
    .. '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}},'

wrk.method = "POST"
wrk.path = os.getenv("BENCH_PATH")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
wrk.headers["MCP-Protocol-Version"] = os.getenv("BENCH_REVISION")
if modern then
    wrk.headers["Mcp-Method"] = "tools/call"
    wrk.headers["Mcp-Name"] = "echo"
end
wrk.body = '{"jsonrpc":"2.0","id":' .. first .. ',"method":"tools/call","params":{' .. (modern and meta or "")
    .. '"name":"echo","arguments":{"text":"The quick brown fox jumps over the lazy dog."}}}'

local starts, rest, calls = {}, "", 0

local function add()
    -- The path given above goes before the one of the address.
    local bytes = wrk.format()
    local from, to = bytes:find(first, 1, true)
    starts[#starts + 1], rest = bytes:sub(1, from - 1), bytes:sub(to + 1)
end

function init()
    if modern then
        add()
        return
    end
    -- One session for each connection, opened before; the calls take them in turn.
    for session in os.getenv("BENCH_SESSIONS"):gmatch("%S+") do
        wrk.headers["Mcp-Session-Id"] = session
        add()
    end
end

function request()
    calls = calls + 1
    return starts[calls % #starts + 1] .. (first + calls) .. rest
end
