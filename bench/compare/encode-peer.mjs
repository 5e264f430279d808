// transformers.js on a vision export: images a second from pixels to features, as `visioncluster bench encode` measures them.
//   node encode-peer.mjs FOLDER CLASS DTYPE THREADS ROUNDS BATCH...      prints one JSON object
import { Tensor, env, load } from './transformers-peer.mjs';

const [folder, name, dtype, threads, rounds, ...batches] = process.argv.slice(2);
const model = await load(name, folder, dtype, Number(threads));
const side = model.config.image_size ?? model.config.vision_config?.image_size;

// The same picture as ours: values do not matter to the speed, but zeros might.
const pixels = (n) => {
  const values = new Float32Array(n * 3 * side * side);
  for (let i = 0; i < values.length; i++) values[i] = Math.sin(i) * 0.9;
  return new Tensor('float32', values, [n, 3, side, side]);
};
const rows = [];
for (const batch of batches.map(Number)) {
  const pixel_values = pixels(batch);
  await model({ pixel_values });
  const times = [];
  for (let i = 0; i < Number(rounds); i++) {
    const start = performance.now();
    await model({ pixel_values });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  rows.push({ batch, images_per_s: (batch / times[Math.floor(times.length / 2)]) * 1000 });
}
console.log(JSON.stringify({ peer: 'transformers.js', version: env.version, dtype, side, rows }));
