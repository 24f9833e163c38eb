// Between the SDK and the server: passes every request on, and says which version each plane was asked in.
import { createServer } from 'node:http';
import { upsert } from '../support/calls.mjs';
import { args, connect, withIndex } from '../support/sdk.mjs';

const versions = new Set();
let target;

const proxy = createServer(async (request, response) => {
  const plane = target === args.host ? 'control' : 'data';
  versions.add(`${plane} ${request.headers['x-pinecone-api-version']}`);
  const body = request.method === 'POST' ? Buffer.concat(await request.toArray()) : undefined;
  const { host, connection, 'content-length': length, ...headers } = request.headers;
  const answer = await fetch(target + request.url, { method: request.method, headers, body });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') });
  response.end(Buffer.from(await answer.arrayBuffer()));
});
await new Promise((listening) => proxy.listen(0, 'localhost', listening));
const address = `http://localhost:${proxy.address().port}`;

try {
  await withIndex({}, async () => {
    target = args.host;
    const sdk = connect(args.key, { controllerHostUrl: address });
    await sdk.listIndexes();
    const { host } = await sdk.describeIndex(args.index);

    target = host;
    const index = sdk.index(args.index, address);
    await upsert(index, [{ id: 'a', values: [1, 0, 0] }]);
    await index.query({ vector: [1, 0, 0], topK: 1 });
    await index.describeIndexStats();
  });
} finally {
  proxy.close();
  proxy.closeAllConnections();
}

console.log([...versions].sort().join('\n'));
