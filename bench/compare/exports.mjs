// Do our exports mean the same to transformers.js as to us? SmolLM2 from the shared GGUF file, float32: greedy tokens of both for the same
// prompts. Not a speed, so not part of run-all.sh.
//   node exports.mjs [FOLDER]       FOLDER: an export made elsewhere, which then is what both sides run
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { common, gguf, here, root, run, threads, visioncluster } from './lib.mjs';
import { Tensor, load } from './transformers-peer.mjs';

const output = 24;
const folder = process.argv[2] ?? path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'export-')), 'smollm2');
if (!process.argv[2]) run('dotnet', [path.join(root, 'src', 'Cli', 'bin', 'Release', 'net10.0', 'visioncluster.dll'), 'export', gguf(), '--output', folder]);
const model = await load('AutoModelForCausalLM', folder, 'fp32', threads);
const int64 = (row) => new Tensor('int64', BigInt64Array.from(row.map(BigInt)), [1, row.length]);
let failed = 0;
for (const { text, ids } of JSON.parse(fs.readFileSync(path.join(here, 'prompts.json')))) {
  const generated = await model.generate({ input_ids: int64(ids), attention_mask: int64(ids.map(() => 1)), max_new_tokens: output, do_sample: false });
  const theirs = generated.tolist()[0].slice(ids.length).map(Number);
  const answers = { checkpoint: gguf(), export: folder };
  for (const [name, where] of Object.entries(answers)) {
    const mine = visioncluster('engine', '--model', where, '--precision', name === 'export' ? 'auto' : 'fp32', '--context', 512, '--slots', 2, '--rounds', 1, '--sessions', 1, '--prompt', 4,
      '--output', output, '--prompt-ids', ids.join(',')).generated;
    const same = common(mine, theirs);
    failed += same < theirs.length;
    console.log(`${JSON.stringify(text.slice(0, 40))}: ours from the ${name} ${same} of ${theirs.length} tokens as transformers.js`);
  }
}
if (!process.argv[2]) fs.rmSync(path.dirname(folder), { recursive: true });
process.exit(failed ? 1 : 0);
