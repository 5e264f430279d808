// sharp and transformers.js's processor on one JPEG, as SmolVLM's configuration wants it: ms for one image.
//   node preprocess-peer.mjs sharp|processor FILE MODEL_FOLDER ROUNDS      prints one JSON object
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { peers } from './lib.mjs';
import { AutoImageProcessor, RawImage, env } from './transformers-peer.mjs';

const [what, file, folder, rounds] = process.argv.slice(2);
const sharp = createRequire(path.join(peers, 'transformers', 'package.json'))('sharp');
sharp.concurrency(Number(process.env.BENCH_THREADS ?? 2));
const bytes = fs.readFileSync(file);
const tile = 512;

/** What the processor computes, by sharp alone: two resizes, tiles of 512, the whole image, and floats from −1 to 1. */
async function bySharp() {
  const { width, height } = await sharp(bytes).metadata();
  const scale = 2048 / Math.max(width, height);
  const [w, h] = [width, height].map((side) => Math.ceil((side * scale) / tile) * tile);
  const first = await sharp(bytes).resize(Math.round(width * scale), Math.round(height * scale), { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const raw = (b, i) => sharp(b, { raw: { width: i.width, height: i.height, channels: 3 } });
  const grid = await raw(first.data, first.info).resize(w, h, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer({ resolveWithObject: true });
  const whole = await raw(grid.data, grid.info).resize(tile, tile, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer();
  const tiles = (w / tile) * (h / tile) + 1;
  const values = new Float32Array(tiles * 3 * tile * tile);
  let at = 0;
  const put = (data, stride, x0, y0) => {
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < tile; y++) {
        for (let x = 0, from = ((y0 + y) * stride + x0) * 3 + c; x < tile; x++, from += 3) values[at++] = data[from] / 127.5 - 1;
      }
    }
  };
  for (let y = 0; y < h; y += tile) for (let x = 0; x < w; x += tile) put(grid.data, w, x, y);
  put(whole, tile, 0, 0);
  return tiles;
}

let once = bySharp;
if (what === 'processor') {
  env.localModelPath = path.dirname(path.resolve(folder)) + '/';
  const processor = await AutoImageProcessor.from_pretrained(path.basename(folder));
  const images = processor.image_processor ?? processor;
  once = async () => {
    const image = await RawImage.fromBlob(new Blob([bytes]));
    const result = await images([[image]]);
    return result.pixel_values.dims[1] ?? result.pixel_values.dims[0];
  };
}
const tiles = await once();
const times = [];
for (let i = 0; i < Number(rounds); i++) {
  const start = performance.now();
  await once();
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ peer: what, tiles, total_ms: times[Math.floor(times.length / 2)] }));
