-- What every script prints at the end: the result of the run as one line of JSON.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'result: {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout
    ))
end
