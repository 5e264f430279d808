// Images a second of vision towers at real size with random weights: ours against transformers.js on our own export of the same
// checkpoint, in each dtype that it has; the goal stands against the best of them. Both sides get ready pixels.
import path from 'node:path';
import { alternate, node, peers, report, row, threads, visioncluster } from './lib.mjs';

const form = process.env.BENCH_ENCODER ?? 'int8';
const rows = [];
for (const [shape, model, batches, runs] of [['vit-b16-224', 'AutoModelForImageClassification', [1, 8], 3], ['siglip-b16-512', 'SiglipVisionModel', [1], 2]]) {
  const best = (result) => ({ images: Math.max(...result.rows.map((r) => r.images_per_s)) });
  const mine = () => best(visioncluster('encode', '--model', path.join(peers, 'weights', shape), '--rounds', runs,
    ...(form === 'int8' ? ['--int8-encoders'] : []), '--batch', ...batches));
  const against = [];
  for (const dtype of ['fp32', 'q8']) {
    const theirs = () => best(node('encode-peer.mjs', path.join(peers, 'exports', shape), model, dtype, threads, runs, ...batches));
    const [measured] = await alternate(mine, theirs);
    against.push(row(`${shape}, best of batch ${batches.join(' and ')}`, measured, 1.5, { peer: `transformers.js ${dtype}`, unit: 'images/s', note: `ours ${form}` }));
  }
  const strongest = against.reduce((a, b) => (a.theirs.median > b.theirs.median ? a : b));
  for (const r of against) rows.push(r === strongest ? r : { ...r, note: `${r.note}; not its best dtype` });
}
report('encode', rows);
