-- Sends the requests of a file in turn, and says at the end in one line of JSON what came of it.
-- wrk -s wrk.lua URL -- FILE, a Lua file that returns {method, path, {{headers, body}, ...}}
local requests, turn = {}, 0

function init(arguments)
  local method, path, variants = unpack(dofile(arguments[1]))
  for index, variant in ipairs(variants) do
    requests[index] = wrk.format(method, path, variant[1], variant[2])
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "not_ok": %d, "broken": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
