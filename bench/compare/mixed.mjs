// A prompt of 512 tokens arrives while 8 sessions decode: its first token against the same alone, and the others' inter-token p99 against
// their idle step. Each round of one process measures all of them in turn.
import { gguf, median, ours, report, rounds, visioncluster } from './lib.mjs';

const runs = Array.from({ length: rounds }, () =>
  visioncluster('mixed', '--model', gguf(), '--precision', ours.equal, '--context', 1024, '--slots', 12, '--sessions', 8, '--prompt', 512, '--rounds', 2).rows[0]);
const spread = (name) => ({ median: median(runs.map((r) => r[name])), min: Math.min(...runs.map((r) => r[name])), max: Math.max(...runs.map((r) => r[name])) });
const entry = (work, mine, theirs, ratio, goal, peer) =>
  ({ work, peer, unit: 'ms', ours: spread(mine), theirs: spread(theirs), ratio: spread(ratio), goal, met: spread(ratio).median <= goal, atMost: true, note: `ours ${ours.equal}` });
report('mixed', [
  entry('first token of 512 tokens while 8 decode', 'ttft_ms_p50', 'ttft_alone_ms_p50', 'ttft_ratio', 2, 'alone'),
  entry('inter-token p99 of the 8 meanwhile', 'itl_ms_p99', 'idle_step_ms', 'itl_ratio', 3, 'idle step'),
]);
