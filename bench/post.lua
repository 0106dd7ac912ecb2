-- The request that wrk sends, and its result as one line of JSON.
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

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'result: {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout
    ))
end
