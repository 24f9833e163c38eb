// Mastra's PineconeVector: it makes its indexes itself, twice over if asked, and deletes and updates by a filter through queries.
import assert from 'node:assert/strict';
import { PineconeVector } from '@mastra/pinecone';
import { args, dimension, embed, near } from '../support.mjs';

const store = new PineconeVector({ id: 'tests', apiKey: args.key, controllerHostUrl: args.host });
const indexName = args.index;

await store.createIndex({ indexName, dimension });
try {
  await indexes();
  await queries();
  await changes();
  await otherNamespace();
} finally {
  await store.deleteIndex({ indexName });
}

assert.ok(!(await store.listIndexes()).includes(indexName));
await assert.rejects(store.describeIndex({ indexName }), { id: /PINECONE.*DESCRIBE_INDEX.*FAILED/ });
await hybrid();

async function indexes() {
  await store.createIndex({ indexName, dimension }); // taken for the one that is there
  await assert.rejects(store.createIndex({ indexName, dimension: dimension + 1 }), /dimension/);
  await assert.rejects(store.createIndex({ indexName: 'Not_A_Name', dimension }), { id: /CREATE_INDEX.*FAILED/ });
  assert.ok((await store.listIndexes()).includes(indexName));
  assert.deepEqual(await store.describeIndex({ indexName }), { dimension, count: 0, metric: 'cosine', namespaces: {} });
}

async function queries() {
  const texts = ['cat', 'cat dog', 'dog train', 'plane train'];
  const ids = await store.upsert({
    indexName,
    ids: ['a', 'b', 'c', 'd'],
    vectors: texts.map(embed),
    metadata: texts.map((text, i) => ({ text, words: text.split(' '), year: 2020 + i, source: { page: i } })).map(flat),
  });
  assert.deepEqual(ids, ['a', 'b', 'c', 'd']);
  assert.equal((await store.describeIndex({ indexName })).count, 4);

  const found = await store.query({ indexName, queryVector: embed('cat'), topK: 2, includeVector: true });
  near(found.map(({ score }) => score), [1, Math.SQRT1_2]);
  assert.deepEqual(found[0], { id: 'a', score: found[0].score, metadata: { text: 'cat', words: ['cat'], year: 2020, 'source.page': 0 }, vector: embed('cat') });

  for (const [filter, expected] of [
    [{ text: 'cat dog' }, ['b']],
    [{ year: { $gte: 2021, $lt: 2023 } }, ['b', 'c']],
    [{ text: ['cat', 'plane train'] }, ['a', 'd']], // an array means $in
    [{ words: { $all: ['dog', 'cat'] } }, ['b']], // said as $and of $in
    [{ source: { page: 2 } }, ['c']], // said as a dotted field
    [{ $or: [{ year: 2020 }, { words: { $in: ['plane'] } }] }, ['a', 'd']],
    [{ missing: { $exists: true } }, []],
    [undefined, ['a', 'b', 'c', 'd']],
  ]) {
    const matches = await store.query({ indexName, queryVector: embed('cat cat dog'), filter });
    assert.deepEqual(matches.map(({ id }) => id).sort(), expected, JSON.stringify(filter));
  }
}

async function changes() {
  await store.updateVector({ indexName, id: 'a', update: { vector: embed('bird'), metadata: { seen: true } } });
  const [bird] = await store.query({ indexName, queryVector: embed('bird'), topK: 1 });
  assert.deepEqual([bird.id, bird.metadata.text, bird.metadata.seen], ['a', 'cat', true]);

  await store.updateVector({ indexName, filter: { year: { $gt: 2021 } }, update: { metadata: { late: true } } });
  assert.deepEqual(await idsWhere({ late: true }), ['c', 'd']);

  await store.deleteVector({ indexName, id: 'a' });
  await store.deleteVectors({ indexName, ids: ['b', 'unknown'] });
  assert.deepEqual(await idsWhere(), ['c', 'd']);
  await store.deleteVectors({ indexName, filter: { text: 'plane train' } });
  assert.deepEqual(await idsWhere(), ['c']);
  await assert.rejects(store.query({ indexName, queryVector: [1, 2] }), { id: /QUERY.*FAILED/ });
}

async function otherNamespace() {
  await store.upsert({ indexName, namespace: 'tenant', vectors: [embed('car')], ids: ['t'] });

  assert.deepEqual(await idsWhere(), ['c']);
  assert.deepEqual((await store.query({ indexName, namespace: 'tenant', queryVector: embed('car') })).map(({ id }) => id), ['t']);
  assert.equal((await store.describeIndex({ indexName })).namespaces.tenant.recordCount, 1);
  await store.deleteVector({ indexName, namespace: 'tenant', id: 't' });
  assert.deepEqual(await store.query({ indexName, namespace: 'tenant', queryVector: embed('car') }), []);
}

async function hybrid() {
  await store.createIndex({ indexName, dimension, metric: 'dotproduct' });
  try {
    await store.upsert({
      indexName,
      ids: ['plain', 'both'],
      vectors: [embed('cat cat'), embed('cat')],
      sparseVectors: [undefined, { indices: [3, 9], values: [1, 4] }],
    });

    const dense = await store.query({ indexName, queryVector: embed('cat') });
    assert.deepEqual(dense.map(({ id, score }) => [id, score]), [['plain', 2], ['both', 1]]);
    const mixed = await store.query({ indexName, queryVector: embed('cat'), sparseVector: { indices: [9], values: [0.5] } });
    assert.deepEqual(mixed.map(({ id, score }) => [id, score]), [['both', 3], ['plain', 2]]);
  } finally {
    await store.deleteIndex({ indexName });
  }
}

async function idsWhere(filter) {
  return (await store.query({ indexName, queryVector: embed('cat dog bird'), filter, topK: 100 })).map(({ id }) => id).sort();
}

/** Metadata is flat on the wire, with dotted names. */
function flat({ source, ...metadata }) {
  return { ...metadata, 'source.page': source.page };
}
