// Who took the processor: reads `perf script` of a .NET process (DOTNET_PerfMapEnabled=1, DOTNET_EnableWriteXorExecute=0, DOTNET_ReadyToRun=0)
// from standard input, and gives each sample to the innermost frame of an assembly that is known here. What the base library and the
// kernel do is so their caller's; what has no known caller (an idle pool looking for work, the collector, the compiler) is the runtime's.
import { createInterface } from 'node:readline';

const owners = [
  ['Orleans', name => name.startsWith('Orleans') || name === 'Microsoft.Orleans'],
  ['client of the load', name => ['Grpc.Net.Client', 'Grpc.Net.Common', 'System.Net.Http', 'visioncluster'].includes(name)],
  ['gRPC and HTTP server', name => /^(Grpc\.|Google\.Protobuf|Microsoft\.AspNetCore)/.test(name)],
  ['gateway', name => name === 'VisionCluster.Gateway'],
  ['grains and silo', name => /^VisionCluster\.(Grains|Silo|Clustering|Contracts|Shared)$/.test(name)],
  ['engines, devices, pictures', name => /^VisionCluster\./.test(name) || /^(SixLabors|NetVips)/.test(name)],
];

const counts = new Map();
let [thread, frames, total] = [null, [], 0];

const ownerOf = () => {
  for (const frame of frames) {
    if (frame.includes('OrleansCodeGen')) return 'Orleans'; // serializers and proxies, generated into our assemblies
    const assembly = /\[([\w.]+)\] /.exec(frame)?.[1];
    const owner = assembly && owners.find(([, matches]) => matches(assembly));
    if (owner) return owner[0];
  }
  if (/^(decode|encode) /.test(thread)) return 'engines, devices, pictures';
  return /GC|Tiered/.test(thread) ? 'collector and compiler' : 'pool, timers, sockets';
};

const flush = () => {
  if (thread === null) return;
  total++;
  const owner = ownerOf();
  counts.set(owner, (counts.get(owner) ?? 0) + 1);
  [thread, frames] = [null, []];
};

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') flush();
  else if (thread === null) thread = /^\s*(.+?)\s+\d+\s/.exec(line)?.[1] ?? '';
  else frames.push(line);
}
flush();

if (total === 0) {
  console.error('No samples: is the input the output of `perf script`?');
  process.exit(1);
}
const shares = [...counts].sort((a, b) => b[1] - a[1]).map(([owner, count]) => [owner, Number((count / total).toFixed(3))]);
console.log(JSON.stringify({ samples: total, shares: Object.fromEntries(shares) }));
