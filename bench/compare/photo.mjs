// Writes a JPEG of 4000 x 3000 pixels (12 megapixels) that compresses like a photograph: smooth shapes with fine noise.
//   node photo.mjs FILE
import path from 'node:path';
import { createRequire } from 'node:module';
import { peers } from './lib.mjs';

const sharp = createRequire(path.join(peers, 'transformers', 'package.json'))('sharp');
const [width, height] = [4000, 3000];
const pixels = Buffer.alloc(width * height * 3);
let state = 1;
for (let y = 0, at = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noise = (state >>> 27) - 16;
    const shape = Math.sin(x / 310) * Math.cos(y / 230) + Math.sin((x + 2 * y) / 97) / 3;
    pixels[at++] = Math.max(0, Math.min(255, 128 + 90 * shape + noise));
    pixels[at++] = Math.max(0, Math.min(255, 110 + 70 * Math.sin(shape * 3 + x / 800) + noise));
    pixels[at++] = Math.max(0, Math.min(255, 90 + 60 * Math.cos(shape * 2 - y / 700) + noise));
  }
}
await sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 88 }).toFile(process.argv[2]);
