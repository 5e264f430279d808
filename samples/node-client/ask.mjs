// node ask.mjs IMAGE "QUESTION" [ADDRESS]
// An independent client: nothing of VisionCluster's but its .proto files.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [image, question = 'What is this?', address = '127.0.0.1:5400'] = process.argv.slice(2);
if (!image) {
  console.error('usage: node ask.mjs IMAGE "QUESTION" [HOST:PORT]');
  process.exit(2);
}

const protos = join(dirname(fileURLToPath(import.meta.url)), '../../src/Contracts/Protos');
const definition = loader.loadSync('visioncluster/v1/vision.proto', { includeDirs: [protos], keepCase: true, enums: String, defaults: true });
const { VisionService } = grpc.loadPackageDefinition(definition).visioncluster.v1;
const client = new VisionService(address, grpc.credentials.createInsecure());

const headers = new grpc.Metadata();
if (process.env.VISIONCLUSTER_API_KEY) headers.set('authorization', `Bearer ${process.env.VISIONCLUSTER_API_KEY}`);

const call = client.Generate(
  { messages: [{ role: 'ROLE_USER', parts: [{ image: { data: readFileSync(image) } }, { text: question }] }] },
  headers,
  { deadline: Date.now() + 60_000 },
);
call.on('data', ({ accepted, token, finished }) => {
  if (accepted) console.error(`accepted: ${accepted.prompt_tokens.text} text + ${accepted.prompt_tokens.image} image tokens`);
  if (token) process.stdout.write(token.text);
  if (finished) {
    process.stdout.write(`${finished.text}\n`);
    console.error(`finished: ${finished.reason}, ${finished.usage.generated_tokens} tokens`);
  }
});
call.on('error', (error) => {
  console.error(`${grpc.status[error.code]}: ${error.details}`);
  process.exitCode = 1;
  client.close();
});
call.on('end', () => client.close());
