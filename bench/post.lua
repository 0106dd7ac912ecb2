-- The chat that wrk posts for bench/relay.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "result.lua")

local stream = os.getenv("BENCH_STREAM") == "true"
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
wrk.body = '{"model":"bench-model","messages":[{"role":"system","content":"You are a relay under test. Answer in a sentence."},'
    .. '{"role":"user","content":"' .. string.rep("What does a relay cost? ", 10) .. '"}],'
    .. '"temperature":0.2,"max_tokens":128,"stream":' .. tostring(stream) .. "}"

function init()
    -- The path given here goes before the one of the address.
    request_bytes = wrk.format()
end

function request()
    return request_bytes
end
