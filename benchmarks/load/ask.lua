-- Sends the requests of a file in turn, over and over: a line each of method, path and content with tabs between.
-- The last line that is printed is what was seen, as JSON; times in milliseconds.

local requests = {}
local at = 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, content = line:match("^(%S+)\t(%S+)\t(.*)$")
    if content == "" then
      requests[#requests + 1] = wrk.format(method, path)
    else
      requests[#requests + 1] = wrk.format(method, path, { ["Content-Type"] = "application/json" }, content)
    end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"median_ms":%.3f,"p99_ms":%.3f,"worst_ms":%.3f,"refused":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
