// Runs with docs/redirect.mjs preloaded: the SDK as it is without an address, and other ways in which Node.js programs ask.
import assert from 'node:assert/strict';
import http from 'node:http';
import https, { get } from 'node:https';
import { fetchIds, upsert } from '../support/calls.mjs';
import { args, connect } from '../support/sdk.mjs';

const pinecone = connect(args.key, { controllerHostUrl: undefined });
await pinecone.createIndex({ name: args.index, dimension: 3, metric: 'cosine', spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } });
try {
  const index = pinecone.index(args.index);
  await upsert(index, [{ id: 'a', values: [1, 0, 0] }]);
  assert.deepEqual((await fetchIds(index, ['a'])).records.a.values, [1, 0, 0]);

  await otherWays();
} finally {
  await pinecone.deleteIndex(args.index);
}

async function otherWays() {
  const url = 'https://api.pinecone.io/indexes?limit=5';
  const headers = { 'Api-Key': args.key };
  const body = JSON.stringify({ deletion_protection: 'disabled' });
  const patch = { method: 'PATCH', headers: { ...headers, 'Content-Type': 'application/json' }, body };

  assert.ok(has(await (await fetch(new URL(url), { headers })).json()));
  assert.ok(has(await (await fetch(new Request(url, { headers }))).json()));
  assert.equal((await fetch(new Request(`https://api.pinecone.io/indexes/${args.index}`, patch))).status, 202);
  assert.ok(has(await read((done) => get(url, { headers }, done))));
  assert.ok(has(await read((done) => https.request(new URL(url), { headers }, done).end())));
  assert.ok(has(await read((done) => https.get({ host: 'api.pinecone.io', path: '/indexes', headers, agent: new https.Agent() }, done))));
  assert.ok(has(await read((done) => https.request({ hostname: 'api.pinecone.io', port: 443, path: '/indexes', headers }, done).end())));

  // Everything else goes where it went.
  const own = new URL(args.host);
  assert.ok(has(await (await fetch(`${own.origin}/indexes`, { headers })).json()));
  assert.ok(has(await read((done) => http.get({ hostname: own.hostname, port: own.port, path: '/indexes', headers }, done))));
  assert.ok(has(await read((done) => http.get(`${own.origin}/indexes`, { headers }, done))));
}

function has({ indexes }) {
  return indexes.some(({ name }) => name === args.index);
}

function read(ask) {
  return new Promise((resolve, reject) => {
    ask(async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks).toString()));
    }).on('error', reject);
  });
}
