// What every comparison does: both sides in turn, medians, one row of the summary.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '..', '..');
export const peers = path.resolve(process.env.BENCH_PEERS ?? path.join(here, '.peers'));
export const threads = Number(process.env.BENCH_THREADS ?? 2);
export const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
export const quantised = { Q8_0: path.join(peers, 'Q8_0.gguf'), Q4_0: path.join(peers, 'Q4_0.gguf') };

// Forms of ours that stand against them: what serves best of those that pass the quality gate, and the fastest of the shared 4-bit blocks.
export const ours = { equal: process.env.BENCH_EQUAL ?? 'int8', fast: process.env.BENCH_FAST ?? 'int4' };

/** The shared weights: what the peers' files were made from. */
export function gguf() {
  const folder = path.join(process.env.VISIONCLUSTER_MODELS ?? path.join(root, '..', 'shared', 'models'), 'smollm2-135m-instruct');
  const name = fs.existsSync(folder) ? fs.readdirSync(folder).find((file) => file.endsWith('.gguf')) : undefined;
  if (!name) throw new Error('set VISIONCLUSTER_MODELS to a folder that holds smollm2-135m-instruct/*.gguf');
  return path.join(folder, name);
}

export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}\n${(result.stderr ?? '').slice(-2000)}${result.error ?? ''}`);
  return result.stdout;
}

/** One `visioncluster bench`, as an object. */
export const visioncluster = (...args) =>
  JSON.parse(run('dotnet', [path.join(root, 'src', 'Cli', 'bin', 'Release', 'net10.0', 'visioncluster.dll'), 'bench', ...args.map(String), '--threads', `${threads}`, '--json']));

export const node = (script, ...args) => JSON.parse(run('node', [path.join(here, script), ...args.map(String)]));

/** llama-batched-bench: one object for each batch size. Prompts share their text, as `--share-prefix` does on our side. */
export const llama = (file, prompt, output, batches) =>
  run(path.join(peers, 'llama-build', 'bin', 'llama-batched-bench'), [
    '-m', file, '-t', threads, '-tb', threads, '-c', Math.max(...batches) * (prompt + output) + prompt, '-b', 2048, '-ub', 512,
    '-npp', prompt, '-ntg', output, '-npl', batches.join(','), '-pps', '--output-format', 'jsonl',
  ].map(String)).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const round = (value) => Number(value.toPrecision(4));

/**
 * Measures sides in turn. Each returns an object of figures by name; the result has for each figure the median and spread of both sides
 * and of the ratio within a round (first side over second), which drifts of the machine cancel out of.
 */
export async function alternate(first, second) {
  const all = [];
  for (let i = 0; i < rounds; i++) {
    const pair = {};
    // The order changes, so that neither side always runs on a warmer machine.
    for (const side of i % 2 ? ['second', 'first'] : ['first', 'second']) pair[side] = await (side === 'first' ? first() : second());
    all.push(pair);
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return Object.keys(all[0].first).filter((name) => name in all[0].second).map((name) => {
    const spread = (values) => ({ median: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)) });
    return {
      figure: name,
      first: spread(all.map((pair) => pair.first[name])),
      second: spread(all.map((pair) => pair.second[name])),
      ratio: spread(all.map((pair) => pair.first[name] / pair.second[name])),
    };
  });
}

/** One row of the summary; `goal` is the least ratio that is wanted (or the most, for `atMost`). */
export const row = (work, measured, goal, extra = {}) => ({
  work, peer: extra.peer, unit: extra.unit, ours: measured.first, theirs: measured.second, ratio: measured.ratio, goal,
  met: extra.atMost ? measured.ratio.median <= goal : measured.ratio.median >= goal, ...extra,
});

/** Prints a script's rows as a table, and writes them where run-all.sh gathers them. */
export function report(name, rows) {
  const text = (spread) => (spread ? `${spread.median} (${spread.min}–${spread.max})` : '–');
  console.log(`| work | ours | peer | ratio | goal | note |\n| --- | --- | --- | --- | --- | --- |`);
  for (const r of rows) {
    console.log(`| ${r.work} | ${text(r.ours)} ${r.unit ?? ''} | ${r.peer ?? ''} ${text(r.theirs)} | ${text(r.ratio)} | ${r.atMost ? '≤' : '≥'} ${r.goal} ${r.met ? 'met' : 'MISSED'} | ${r.note ?? ''} |`);
  }
  const folder = process.env.BENCH_RESULTS;
  if (folder) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ name, threads, rounds, rows }, null, 1));
  }
}

/** How many leading tokens two answers have in common. */
export const common = (a, b) => {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
};
