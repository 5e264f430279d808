#!/usr/bin/env bash
# Runs every comparison and gathers the rows: results/summary.md and results/summary.json. At most 20 minutes on 2 quiet cores.
#   bench/compare/run-all.sh [ROW...]          rows: decode prefill mixed encode preprocess gateway reuse memory
# BENCH_ROUNDS (5), BENCH_THREADS (2), BENCH_EQUAL and BENCH_FAST (our precisions), BENCH_PEERS, VISIONCLUSTER_MODELS.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export BENCH_RESULTS=${BENCH_RESULTS:-$here/results}
mkdir -p "$BENCH_RESULTS"
{
  echo "Measured $(date -u +%Y-%m-%d) on $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), $(nproc) cores, load before $(cut -d' ' -f1 /proc/loadavg); ${BENCH_ROUNDS:-5} rounds in turn, medians (least–most)."
} >"$BENCH_RESULTS/summary.md"
for name in "${@:-decode prefill mixed encode preprocess gateway reuse memory}"; do
  for row in $name; do
    echo "$(date -u +%H:%M:%S) $row" >&2
    { echo; echo "## $row"; echo; node "$here/$row.mjs" || echo "$row failed"; } >>"$BENCH_RESULTS/summary.md"
  done
done
node -e 'const fs=require("fs"),d=process.argv[1];console.log(JSON.stringify(fs.readdirSync(d).filter(f=>f.endsWith(".json")&&f!=="summary.json").map(f=>JSON.parse(fs.readFileSync(d+"/"+f))),null,1))' \
  "$BENCH_RESULTS" >"$BENCH_RESULTS/summary.json"
cat "$BENCH_RESULTS/summary.md"
