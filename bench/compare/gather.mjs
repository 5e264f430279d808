// Gathers the rows that run-all.sh measured into summary.json and summary.md; with --write also between the markers of
// docs/performance.md.
//   node gather.mjs RESULTS [--write]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './lib.mjs';

const [folder, write] = process.argv.slice(2);
const order = ['decode', 'prefill', 'mixed', 'encode', 'preprocess', 'gateway', 'reuse', 'memory'];
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`)));
const parts = order.filter((name) => fs.existsSync(path.join(folder, `${name}.json`))).map(read);
const number = (value) => (value === undefined ? '' : String(Number(value.toPrecision(3))));
const spread = (s) => (s ? `${number(s.median)} (${number(s.min)}–${number(s.max)})` : '–');

const about = {
  date: new Date().toISOString().slice(0, 10),
  processor: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  threads: parts[0]?.threads,
  rounds: [...new Set(parts.map((p) => p.rounds).filter(Boolean))].join(' or '),
  load: JSON.parse(process.env.BENCH_LOAD ?? 'null') ?? os.loadavg()[0],
};
const lines = [
  `Measured ${about.date} on ${about.processor}, ${about.cores} cores, ${about.threads} threads, ${about.rounds} rounds in turn; load average before: ${about.load}.`,
  'Medians, in brackets the least and the most; the ratio is of one round\'s pair.',
  '',
  '| work | ours | peer | ratio | goal | note |',
  '| --- | --- | --- | --- | --- | --- |',
];
for (const part of parts.filter((p) => p.rows)) {
  for (const r of part.rows) {
    lines.push(`| ${r.work} | ${spread(r.ours)} ${r.unit ?? ''} | ${r.peer ?? ''} ${spread(r.theirs)} | ${spread(r.ratio)} | ${r.atMost ? '≤' : '≥'} ${r.goal}: ${r.met ? 'met' : '**missed**'} | ${r.note ?? ''} |`);
  }
}
for (const t of parts.find((p) => p.tables)?.tables ?? []) {
  lines.push('', `Memory, ${t.model} as ${t.precision}: weight file ${number(t.weight_file_bytes / 1048576)} MiB, read by a decode step ${number(t.decode_weight_bytes / 1048576)} MiB.`, '',
    '| step | resident MiB | added MiB | managed bytes for each session |', '| --- | --- | --- | --- |',
    ...t.rows.map((r) => `| ${r.step} | ${number(r.resident_mib)} | ${number(r.resident_added_mib)} | ${r.units >= 1000 ? r.managed_bytes_per_unit : '–'} |`));
}
const text = lines.join('\n') + '\n';
fs.writeFileSync(path.join(folder, 'summary.md'), text);
fs.writeFileSync(path.join(folder, 'summary.json'), JSON.stringify({ about, parts }, null, 1));
process.stdout.write(text);
if (write === '--write') {
  const page = path.join(root, 'docs', 'performance.md');
  const [start, end] = ['<!-- run-all: begin -->\n', '<!-- run-all: end -->'];
  const old = fs.readFileSync(page, 'utf8');
  fs.writeFileSync(page, old.slice(0, old.indexOf(start) + start.length) + text + old.slice(old.indexOf(end)));
}
