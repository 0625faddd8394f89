-- What wrk sends: every line of a file is one push, its query and its body apart by a tab, each sent once.

local pushes, sent = {}, 0

function init(arguments)
  local headers = { ["Content-Type"] = "text/xml" }
  for line in io.lines(arguments[1]) do
    local query, body = line:match("^(.-)\t(.*)$")
    pushes[#pushes + 1] = wrk.format("POST", "/wechat?" .. query, headers, body)
  end
end

function request()
  sent = sent + 1
  if sent > #pushes then
    wrk.thread:stop()
    return pushes[#pushes]
  end
  return pushes[sent]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
