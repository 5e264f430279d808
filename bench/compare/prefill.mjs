// Prefill tokens a second, 256 and 1,024 tokens: our engine's first token against llama.cpp's llama_decode over the prompt.
import { alternate, gguf, llama, ours, quantised, report, row, visioncluster } from './lib.mjs';

const goals = { Q8_0: 2, Q4_0: 1.6 };
const rows = [];
for (const [type, precision] of [['Q8_0', ours.equal], ['Q4_0', ours.fast]]) {
  for (const prompt of [256, 1024]) {
    const [measured] = await alternate(
      () => ({ prefill: visioncluster('engine', '--model', gguf(), '--precision', precision, '--context', 1280, '--slots', 2, '--rounds', 1, '--sessions', 1,
        '--prompt', prompt, '--output', 1).rows[0].prefill_tokens_per_s }),
      () => ({ prefill: llama(quantised[type], prompt, 1, [1])[0].speed_pp }),
    );
    rows.push(row(`prefill, ${prompt} tokens`, measured, goals[type], { peer: `llama.cpp ${type}`, unit: 'tokens/s', note: `ours ${precision}` }));
  }
}
report('prefill', rows);
