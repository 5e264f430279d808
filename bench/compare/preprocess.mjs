// A 12-megapixel JPEG to SmolVLM's tiles: ours against sharp and against transformers.js's processor, and tiles a second against what the
// vision tower takes.
import path from 'node:path';
import { alternate, median, node, peers, report, row, rounds, visioncluster } from './lib.mjs';

const [photo, model] = [path.join(peers, 'photo.jpg'), path.join(peers, 'weights', 'smolvlm-256m')];
const preprocess = () => visioncluster('preprocess', '--model', model, '--image', photo, '--rounds', 3).rows[0];
const rows = [];
for (const [peer, name] of [['sharp', 'sharp'], ['processor', 'transformers.js processor']]) {
  let tiles = [];
  const [measured] = await alternate(
    () => { const r = preprocess(); tiles[0] = r.tiles; return { ms: 1000 / r.total_ms_p50 }; },
    () => { const r = node('preprocess-peer.mjs', peer, photo, model, 3); tiles[1] = r.tiles; return { ms: 1000 / r.total_ms }; },
  );
  rows.push(row('12-megapixel JPEG to tiles', measured, 1.5, { peer: name, unit: 'images/s', note: `tiles: ours ${tiles[0]}, theirs ${tiles[1]}` }));
}
const pairs = Array.from({ length: Math.min(rounds, 3) }, () => {
  const tower = visioncluster('encode', '--model', model, '--rounds', 1, '--batch', 1).rows[0].images_per_s;
  return { ours: preprocess().tiles_per_s, theirs: tower };
});
const spread = (of) => ({ median: median(pairs.map(of)), min: Math.min(...pairs.map(of)), max: Math.max(...pairs.map(of)) });
const ratio = spread((p) => p.ours / p.theirs);
rows.push({ work: 'tiles a second against the vision tower', peer: 'tower', unit: 'tiles/s', ours: spread((p) => p.ours), theirs: spread((p) => p.theirs), ratio, goal: 1, met: ratio.median >= 1 });
report('preprocess', rows);
