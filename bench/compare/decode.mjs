// Decode tokens a second at context 256, 1, 8 and 32 sessions: our whole engine (scheduler, sampler, text) against llama.cpp's bare
// llama_decode loop (llama-batched-bench), of the same weights. Guessing is off: llama-batched-bench does none.
import fs from 'node:fs';
import path from 'node:path';
import { alternate, common, gguf, here, llama, ours, peers, quantised, report, row, run, threads, visioncluster } from './lib.mjs';

const [sessions, prompt, output] = [[1, 8, 32], 256, 48];
const goals = { Q8_0: { 1: 1.3, 8: 1.7, 32: 2 }, Q4_0: { 1: 1.2, 8: 1.3, 32: 1.5 } };
const prompts = JSON.parse(fs.readFileSync(path.join(here, 'prompts.json')));
const engine = (precision, ...more) => visioncluster('engine', '--model', gguf(), '--precision', precision, '--context', 512, '--slots', 34, '--rounds', 1, '--speculate', 0, ...more);

/** Greedy tokens of both sides: how many leading ones are equal, of how many. */
function tokens(precision, file) {
  let [same, all] = [0, 0];
  for (const { ids } of prompts) {
    const mine = engine(precision, '--sessions', 1, '--prompt', 4, '--output', 24, '--prompt-ids', ids.join(',')).generated;
    const theirs = run(path.join(peers, 'greedy'), [file, threads, 24, ids.join(',')].map(String)).trim().split(',').map(Number);
    same += common(mine, theirs);
    all += mine.length;
  }
  return `${same} of ${all} greedy tokens equal before the first difference`;
}

const rows = [];
for (const [type, precision] of [['Q8_0', ours.equal], ['Q4_0', ours.fast]]) {
  const note = `ours ${precision}; ${tokens(precision, quantised[type])}`;
  const measured = await alternate(
    () => Object.fromEntries(engine(precision, '--sessions', ...sessions, '--prompt', prompt, '--output', output, '--share-prefix')
      .rows.map((r) => [r.sessions, r.decode_tokens_per_s])),
    () => Object.fromEntries(llama(quantised[type], prompt, output, sessions).map((r) => [r.pl, r.speed_tg])),
  );
  for (const m of measured) rows.push(row(`decode, ${m.figure} sessions, context ${prompt}`, m, goals[type][m.figure], { peer: `llama.cpp ${type}`, unit: 'tokens/s', note }));
}
report('decode', rows);
