-- What wrk sends, as the environment says. LOAD: "table", or "sponsor.update", "team.create" and their puts to etcd,
-- "etcd.update" and "etcd.create". SERVERS: where, "HOST:PORT HOST:PORT ..."; each thread has one of them. TOKEN: of an
-- account. RUN: what makes keys differ from those of other runs.

local load = os.getenv("LOAD")
local run = os.getenv("RUN") or "0"
local leagues = 256
local threads = 0

function setup(thread)
  local addresses = {}
  for host, port in (os.getenv("SERVERS") or ""):gmatch("(%S+):(%d+)") do
    addresses[#addresses + 1] = wrk.lookup(host, port)[1]
  end
  if #addresses > 0 then
    thread.addr = addresses[threads % #addresses + 1]
  end
  threads = threads + 1
  thread:set("thread_number", threads)
end

-- Of texts whose length is a multiple of three.
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function base64(text)
  local out = {}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a * 65536 + b * 256 + c
    for place = 18, 0, -6 do
      local digit = math.floor(bits / 2 ^ place) % 64 + 1
      out[#out + 1] = digits:sub(digit, digit)
    end
  end
  return table.concat(out)
end

local headers = { ["Content-Type"] = "application/json" }
local sent = 0

-- Nine digits that no other thread and no other run of this server has.
local function next_number()
  sent = sent + 1
  return ("%02d%d%06d"):format(run, thread_number, sent)
end

-- A message of 256 bytes in Protobuf's form.
local function sponsor_update()
  local number = next_number()
  headers["Idempotency-Key"] = number
  local path = ("/v1/leagues/benchmark-league-at-the-front-%d/sponsors/title-sponsor"):format(100 + sent % leagues)
  return wrk.format("PATCH", path, headers, '{"amount_per_season":{"minor_units":"1000000000","currency":"GBP"},"name":"' ..
    number .. " " .. ("é"):rep(90) .. '"}')
end

-- The same, with a new team each time.
local function team_create()
  local number = next_number()
  headers["Idempotency-Key"] = number
  local path = ("/v1/leagues/benchmark-league-at-the-front-%d/teams"):format(100 + sent % leagues)
  return wrk.format("POST", path, headers, '{"team":"team-' .. number .. '","name":"Team ' .. number .. '","stadium":"' ..
    ("é"):rep(92) .. '"}')
end

-- A value of 256 bytes, nine digits and the same letter.
local padding = base64(("e"):rep(246)) .. "ZQ=="
local function put(key)
  return wrk.format("POST", nil, headers, '{"key":"' .. key .. '","value":"' .. base64(next_number()) .. padding .. '"}')
end

local function etcd_update()
  return put(base64(("league/%05d"):format(100 + sent % leagues)))
end

local function etcd_create()
  return put(base64("team/" .. ("%02d%d%07d"):format(run, thread_number, sent)))
end

function init()
  local token = os.getenv("TOKEN")
  if token then
    headers["Authorization"] = "Bearer " .. token
  end
end

local loads = { ["sponsor.update"] = sponsor_update, ["team.create"] = team_create, ["etcd.update"] = etcd_update,
  ["etcd.create"] = etcd_create }
-- Without it wrk sends the same GET again and again.
if loads[load] then
  request = loads[load]
end

function done(summary, latency)
  local errors = summary.errors
  print(("figures %.0f %.2f %.2f %d %d"):format(summary.requests * 1e6 / summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
