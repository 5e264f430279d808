// The same messages through gRPC, gateway and grains against the engine alone, 16 sessions: tokens a second, and one first token by itself.
// One process measures both in turn; it is started anew for each round.
import { gguf, median, ours, report, rounds, visioncluster } from './lib.mjs';

const rows = [];
for (const [model, precision, more] of [[gguf(), ours.equal, ['--context', 512, '--slots', 20]], ['emoji-vlm', 'fp32', ['--slots', 20, '--context', 512]]]) {
  const name = model === 'emoji-vlm' ? model : 'SmolLM2-135M';
  const runs = Array.from({ length: rounds }, () => {
    const r = visioncluster('gateway', '--model', model, '--precision', precision, ...more, '--sessions', 16, '--prompt', 64, '--output', 64, '--rounds', 2).rows;
    const pick = (way, sessions) => r.find((x) => x.way === way && x.sessions === sessions);
    return {
      through: pick('gateway', 16).tokens_per_s, alone: pick('engine', 16).tokens_per_s, rate: pick('gateway', 16).tokens_per_s / pick('engine', 16).tokens_per_s,
      first: pick('gateway', 1).ttft_ms_p50, firstAlone: pick('engine', 1).ttft_ms_p50, later: pick('gateway', 1).ttft_ms_p50 - pick('engine', 1).ttft_ms_p50,
    };
  });
  const spread = (key) => ({ median: median(runs.map((r) => r[key])), min: Math.min(...runs.map((r) => r[key])), max: Math.max(...runs.map((r) => r[key])) });
  rows.push({ work: `${name}, 16 sessions through the gateway`, peer: 'engine', unit: 'tokens/s', ours: spread('through'), theirs: spread('alone'), ratio: spread('rate'), goal: 0.97,
    met: spread('rate').median >= 0.97, note: precision });
  rows.push({ work: `${name}, first token later by (ms)`, peer: 'engine', unit: 'ms', ours: spread('first'), theirs: spread('firstAlone'), ratio: spread('later'), goal: 3,
    met: spread('later').median <= 3, atMost: true, note: 'the ratio column is the difference in ms' });
}
report('gateway', rows);
