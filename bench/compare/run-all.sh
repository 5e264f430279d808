#!/usr/bin/env bash
# Runs every comparison and gathers the rows in results/summary.md and summary.json: about 15 minutes on 2 quiet cores.
#   bench/compare/run-all.sh [--write] [ROW...]      rows: decode prefill mixed encode preprocess gateway reuse memory
# --write puts the summary into docs/performance.md. BENCH_ROUNDS (5), BENCH_THREADS (2), BENCH_EQUAL (int8) and BENCH_FAST (int4): our
# forms; BENCH_ENCODER (int8, or fp32), BENCH_PEERS, VISIONCLUSTER_MODELS.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export BENCH_RESULTS=${BENCH_RESULTS:-$here/results}
BENCH_LOAD=$(cut -d' ' -f1 /proc/loadavg)
export BENCH_LOAD
mkdir -p "$BENCH_RESULTS"
write=
if [ "${1:-}" = --write ]; then
  write=--write
  shift
fi
[ $# -gt 0 ] || set -- decode prefill mixed encode preprocess gateway reuse memory
for row in "$@"; do
  echo "$(date -u +%H:%M:%S) $row" >&2
  rm -f "$BENCH_RESULTS/$row.json"
  node "$here/$row.mjs" >"$BENCH_RESULTS/$row.md" || echo "$row failed" >&2
done
node "$here/gather.mjs" "$BENCH_RESULTS" $write
