// An index is created, described, listed, configured and deleted. Tags came with major 4.
import assert from 'node:assert/strict';
import { configureIndex } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { args, createIndex, major, pinecone } from '../support/sdk.mjs';

const tagged = major >= 4;
const created = await createIndex(tagged ? { tags: { team: 'search', stage: 'test' } } : {});
assertModel(created);

const described = await pinecone.describeIndex(args.index);
assertModel(described);
assert.equal(described.host, created.host);
if (tagged) assert.deepEqual(described.tags, { team: 'search', stage: 'test' });

const { indexes } = await pinecone.listIndexes();
assertModel(indexes.find((index) => index.name === args.index));

if (tagged) {
  const configured = await configureIndex(args.index, { tags: { stage: '', owner: 'me' } });
  assert.deepEqual(configured.tags, { team: 'search', owner: 'me' });
  assert.deepEqual((await pinecone.describeIndex(args.index)).tags, { team: 'search', owner: 'me' });
}

await pinecone.deleteIndex(args.index);
await rejects(() => pinecone.describeIndex(args.index), 'PineconeNotFoundError');
assert.ok(!(await pinecone.listIndexes()).indexes.some((index) => index.name === args.index));

function assertModel(model) {
  assert.equal(model.name, args.index);
  assert.equal(model.dimension, 3);
  assert.equal(model.metric, 'cosine');
  if (major >= 5) assert.equal(model.vectorType, 'dense');
  assert.deepEqual(model.status, { ready: true, state: 'Ready' });
  assert.equal(model.deletionProtection, 'disabled');
  assert.equal(model.spec.serverless.cloud, 'aws');
  assert.equal(model.spec.serverless.region, 'us-east-1');
  if (major >= 7) assert.equal(model.spec.serverless.readCapacity.mode, 'OnDemand');
  assert.match(model.host, /^http:\/\/[^/]+:\d+$/);
}
