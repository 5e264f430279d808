// transformers.js from the peers' folder, reading local exports only.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { peers } from './lib.mjs';

const require = createRequire(path.join(peers, 'transformers', 'package.json'));
const tf = require('@huggingface/transformers');
tf.env.allowRemoteModels = false;

/** Loads a folder of the hub's layout; its graphs' weights may lie beside them. */
export async function load(name, folder, dtype, threads) {
  tf.env.localModelPath = path.dirname(path.resolve(folder)) + '/';
  const external = fs.readdirSync(path.join(folder, 'onnx')).some((file) => file.includes('.onnx_data'));
  return tf[name].from_pretrained(path.basename(folder), {
    dtype,
    device: 'cpu',
    use_external_data_format: external,
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
}

export const { Tensor, AutoTokenizer, AutoImageProcessor, RawImage, env } = tf;
