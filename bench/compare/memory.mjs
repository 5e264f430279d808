// Memory of our process, step by step. No peer: the goal is a table.
import { gguf, ours, visioncluster } from './lib.mjs';
import fs from 'node:fs';
import path from 'node:path';

const tables = [...new Set([ours.equal, ours.fast, 'fp32'])].map((precision) =>
  visioncluster('memory', '--model', gguf(), '--precision', precision, '--context', 512, '--slots', 40, '--sessions', 32));
for (const t of tables) {
  console.log(`\n${t.model}, ${t.precision}: weights ${(t.weight_file_bytes / 1048576).toFixed(0)} MiB on disk, ${(t.decode_weight_bytes / 1048576).toFixed(0)} MiB read by a decode step\n`);
  console.log('| step | resident MiB | added MiB | managed bytes per unit |\n| --- | --- | --- | --- |');
  for (const r of t.rows) console.log(`| ${r.step} | ${r.resident_mib.toFixed(0)} | ${r.resident_added_mib.toFixed(1)} | ${r.managed_bytes_per_unit} |`);
}
if (process.env.BENCH_RESULTS) fs.writeFileSync(path.join(process.env.BENCH_RESULTS, 'memory.json'), JSON.stringify({ name: 'memory', tables }, null, 1));
