// The same messages through gRPC, gateway and grains against the engine alone, and through servers of their own, in two processes against one: tokens a second of 16
// sessions, and one first token by itself. A process measures all ways in turn, round by round, after rounds that warm all of them up: code that serves a request is
// compiled for good only after some hundreds (after 60 rounds of 16 answers, perf still saw the compiler at work in two processes). Everything is started anew for each run. Runs of 12 rounds of
// SmolLM2 differed by 0.03 among themselves.
import { gguf, median, ours, report, rounds, visioncluster } from './lib.mjs';

const more = ['--context', 512, '--slots', 20, '--sessions', 16, '--prompt', 64, '--output', 64];
const rows = [];
for (const [name, model, precision, warmUp, turns] of [['SmolLM2-135M', gguf(), ours.equal, 20, 36], ['emoji-vlm', 'emoji-vlm', 'fp32', 120, 80]]) {
  const runs = Array.from({ length: rounds }, () => {
    const r = visioncluster('gateway', '--separate', '--model', model, '--precision', precision, ...more, '--warm-up', warmUp, '--rounds', turns).rows;
    return (way, sessions) => r.find((x) => x.way === way && x.sessions === sessions);
  });
  const spread = (way, sessions, figure) => {
    const values = runs.map((pick) => pick(way, sessions)[figure]);
    return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
  };
  for (const [way, above, text, peer] of [['gateway', 'engine', 'through the gateway', 'engine'], ['two_processes', 'one_process', 'gateway and silo in two processes', 'one process']]) {
    const rate = spread(way, 16, 'rate_of_above');
    rows.push({ work: `${name}, 16 sessions ${way === 'gateway' ? '' : 'with '}${text}`, peer, unit: 'tokens/s', ours: spread(way, 16, 'tokens_per_s'), theirs: spread(above, 16, 'tokens_per_s'),
      ratio: rate, goal: 0.97, met: rate.median >= 0.97, note: precision });
    const later = spread(way, 1, 'ttft_ms_over_above');
    rows.push({ work: `${name}, first token later ${way === 'gateway' ? '' : 'with '}${text} (ms)`, peer, unit: 'ms', ours: spread(way, 1, 'ttft_ms_p50'), theirs: spread(above, 1, 'ttft_ms_p50'),
      ratio: later, goal: 3, met: later.median <= 3, atMost: true, note: 'the ratio column is the difference in ms' });
  }
}
report('gateway', rows);
