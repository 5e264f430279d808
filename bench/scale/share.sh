#!/usr/bin/env bash
# Samples the processor while 16 silos are under load, and says whose code it ran.
#   bench/scale/share.sh BIN RESULT.json
# Everything is compiled at once and with symbols that perf can read, which is slower than usual: shares are what this is for, not times.
set -euo pipefail
bin=$(realpath "$1")
result=$(realpath "$2")
cd "$(dirname "$0")"
data=$(mktemp)
trap 'rm -f "$data"' EXIT
DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0 DOTNET_ReadyToRun=0 DOTNET_TieredCompilation=0 \
  dotnet "$bin/visioncluster.dll" bench scale --silos 16 --warm-up 40 --seconds 40 --json > "$result.run" &
process=$!
while [ "$(ls "/proc/$process/task" 2> /dev/null | wc -l)" -lt 250 ]; do # 16 silos have begun: 256 threads of engines and batchers
  kill -0 "$process"
  sleep 1
done
sleep 45
perf record -q -F 499 -g -p "$process" -o "$data" -- sleep 15
wait "$process"
perf script -i "$data" 2> /dev/null | node share.mjs > "$result"
cat "$result"
