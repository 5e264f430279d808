#!/usr/bin/env bash
# Everything that docs/scaling.md says was measured, into its section "Measured". About 20 minutes on 2 cores; the build is Release.
#   bench/scale/run-all.sh [RESULTS]         needs node; linux-perf for the shares of processor time (left out without it)
# QUIET names a command that every run is started by, such as `flock FILE`.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=${1:-bench/scale/results}
bin=${VISIONCLUSTER_BIN:-src/Cli/bin/Release/net10.0}
mkdir -p "$results"

scale() { ${QUIET:-} dotnet "$bin/visioncluster.dll" bench scale --json "$@"; }

# A run for each size: its own process, so that one that fails costs only itself.
for silos in 1 2 4 8 16; do
  scale --silos "$silos" --warm-up 30 --seconds 40 > "$results/size-$silos.json"
done
scale --silos 32 --slowdown 40 --warm-up 45 --seconds 40 > "$results/size-32.json" # 3,000 tokens a second are too many for 2 cores

# 256 devices, 10,240 users whose conversations stay open while they think.
scale --silos 32 --probe-ms 5000 --slowdown 10 --rows 40 --output 8 --think 120 --warm-up 120 --seconds 30 > "$results/sessions.json"

# What a picture costs: answers so short that hardly a call is made to say that both ends live.
for pictures in None New; do
  scale --silos 4 --devices 2 --rows 1 --slowdown 1 --output 8 --turns 1 --pictures $pictures --warm-up 15 --seconds 20 > "$results/pictures-$pictures.json"
done

if command -v perf > /dev/null; then
  ${QUIET:-} bench/scale/share.sh "$bin" "$results/share.json"
fi
node bench/scale/report.mjs "$results" docs/scaling.md
