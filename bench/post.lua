-- The chat that wrk posts for bench/relay: path, headers and body are those of the scenario.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "result.lua")

wrk.method = "POST"
wrk.path = os.getenv("BENCH_PATH")
for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^:\n]+): ([^\n]+)") do
    wrk.headers[name] = value
end
wrk.body = os.getenv("BENCH_BODY")

function init()
    -- The path given here goes before the one of the address.
    request_bytes = wrk.format()
end

function request()
    return request_bytes
end
