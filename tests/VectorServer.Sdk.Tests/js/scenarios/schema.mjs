// From major 9 on an index is created and shown by its schema and deployment.
import assert from 'node:assert/strict';
import { rejects } from '../support/expect.mjs';
import { args, pinecone } from '../support/sdk.mjs';

const created = await pinecone.createIndex({
  name: args.index,
  schema: { fields: { _values: { type: 'dense_vector', dimension: 3, metric: 'euclidean' } } },
  waitUntilReady: true,
});
const { type, dimension, metric } = created.schema.fields._values;
assert.deepEqual({ type, dimension, metric }, { type: 'dense_vector', dimension: 3, metric: 'euclidean' });
assert.equal(created.deployment.deploymentType, 'managed');
assert.equal(created.deployment.cloud, 'aws');
assert.equal(created.deployment.region, 'us-east-1');
assert.equal(created.readCapacity.mode, 'OnDemand');
assert.equal(created.readCapacity.status.state, 'Ready');
assert.ok(created.tags == null);
assert.equal(created.metric, 'euclidean');

const configured = await pinecone.indexes.configure(args.index, { tags: { a: 'b' } });
assert.deepEqual(configured.tags, { a: 'b' });
await rejects(() => pinecone.createIndex({ name: args.index, schema: created.schema }), 'PineconeConflictError', /already exists/);

await pinecone.indexes.delete(args.index);
await rejects(() => pinecone.indexes.describe(args.index), 'PineconeNotFoundError');
