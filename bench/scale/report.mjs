// Writes what run-all.sh measured between the markers of docs/scaling.md.
//   node bench/scale/report.mjs RESULTS docs/scaling.md
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const [results, page] = process.argv.slice(2);
const read = name => {
  const file = join(results, `${name}.json`);
  return existsSync(file) && readFileSync(file, 'utf8').trim() ? JSON.parse(readFileSync(file, 'utf8')) : null;
};
const number = value => value === null || value === undefined ? '–' : typeof value !== 'number' ? value
  : Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
const table = (columns, rows) => [
  `| ${columns.map(([title]) => title).join(' | ')} |`,
  `| ${columns.map(() => '---').join(' | ')} |`,
  ...rows.map(row => `| ${columns.map(([, value]) => number(typeof value === 'function' ? value(row) : row[value])).join(' | ')} |`),
].join('\n');

const columns = [
  ['silos', 'silos'], ['slowdown', 'slowdown'], ['gateways', 'gateways'], ['users', 'users'], ['tokens/s', 'tokens_per_s'], ['linear', 'linear'], ['of ideal', 'of_ideal'],
  ['busy', 'busy'], ['rows max/mean', 'rows_max_over_mean'], ['first token p50, s', row => row.ttft_ms_p50 / 1000], ['messages/token', 'messages_per_token'],
  ['bytes/token', 'bytes_per_token'], ['CPU µs/token', 'cpu_us_per_token'], ['cores idle', 'cpu_cores_idle'], ['cores', 'cpu_cores'],
  ['probes/s', 'probes_per_s'], ['encodes/picture', 'encodes_per_picture'], ['failed', 'failed'], ['resident MB', 'resident_mb'],
];

const sizes = [1, 2, 4, 8, 16, 32].map(size => read(`size-${size}`)).filter(Boolean);
const rows = sizes.map(report => report.rows[0]);
const one = rows.find(row => row.silos === 1);
for (const report of sizes) { // only clusters of equally slow devices compare
  const row = report.rows[0];
  row.slowdown = report.slowdown;
  row.linear = one && report.slowdown === one.slowdown ? row.tokens_per_s / row.silos / one.tokens_per_s : null;
}

const model = /model name\s*:\s*(.*)/.exec(existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '')?.[1] ?? 'unknown';
const about = sizes[0];
const parts = [
  `Measured ${new Date().toISOString().slice(0, 10)} on ${model.split(' ').slice(0, 2).join(' ')}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; `
    + `load average at the end: ${loadavg()[1].toFixed(1)}.\n${about.devices_per_silo} devices a silo, ${about.users_per_device} users a device, ${about.output} tokens an answer; `
    + `devices are as many times slower than their cost model as the row says. Each row is a run of its own.`,
  table(columns, rows),
];

const sessions = read('sessions');
if (sessions) {
  const row = sessions.rows[0];
  parts.push(
    `**Many conversations.** ${number(row.users)} users, each with a conversation that stays open while they think (${sessions.think_s} s on average) between answers of ${sessions.output} tokens (slowdown ${sessions.slowdown}):`,
    table([
      ['silos', 'silos'], ['devices', 'devices'], ['gateways', 'gateways'], ['users', 'users'], ['conversations', 'conversations'], ['answered at a moment', 'generating'],
      ['answers/s', 'answers_per_s'], ['tokens/s', 'tokens_per_s'], ['first token p50, p99, s', r => `${number(r.ttft_ms_p50 / 1000)}, ${number(r.ttft_ms_p99 / 1000)}`],
      ['cores', 'cpu_cores'], ['messages/s', 'messages_per_s'], ['bytes/token', 'bytes_per_token'], ['encodes/picture', 'encodes_per_picture'],
      ['refused', 'refused'], ['failed', 'failed'], ['resident MB', 'resident_mb'],
    ], [row]));
}

const [none, every] = [read('pictures-None')?.rows[0], read('pictures-New')?.rows[0]];
if (none && every) {
  const each = (row, rate, idle) => (row[rate] - row[idle]) / row.answers_per_s;
  const columns = [
    ['answer', 'name'], ['messages', r => each(r, 'messages_per_s', 'messages_per_s_idle')], ['bytes', r => each(r, 'bytes_per_s', 'bytes_per_s_idle')],
    ['answers/s', 'answers_per_s'],
  ];
  parts.push(
    `**A picture.** ${every.silos} silos of fast devices, short answers: what Orleans sends for each, beyond what it sends in the idle cluster.`,
    table(columns, [{ ...none, name: 'without a picture' }, { ...every, name: 'with a new picture' }]));
}

const last = rows.at(-1);
parts.push(
  `**The directory.** A view of ${last.silos} silos of ${about.devices_per_silo} devices is ${number(last.directory_bytes)} bytes, ${number(last.directory_bytes / last.devices)} a device. `
    + `Twice a second to each of ${last.gateways} gateways: ${number(2 * last.gateways * last.directory_bytes / last.bytes_per_s * 100)}% of all bytes that Orleans sends.`);

const share = read('share');
if (share) {
  const names = Object.entries(share.shares).map(([owner, part]) => `${owner} ${number(part * 100)}%`).join(', ');
  parts.push(`**Whose processor time** (16 silos; ${share.samples} samples of \`perf\`, each given to the innermost of these): ${names}.`);
}

const [begin, end] = ['<!-- scale: begin -->', '<!-- scale: end -->'];
const text = readFileSync(page, 'utf8');
if (!text.includes(begin) || !text.includes(end)) throw new Error(`${page} has no ${begin} … ${end}.`);
writeFileSync(page, `${text.slice(0, text.indexOf(begin))}${begin}\n${parts.join('\n\n')}\n${text.slice(text.indexOf(end))}`);
