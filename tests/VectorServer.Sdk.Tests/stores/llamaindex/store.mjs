// LlamaIndex's PineconeVectorStore: nodes in, queries with filters, deletes by document, namespaces.
import assert from 'node:assert/strict';
import { NodeRelationship, TextNode } from '@llamaindex/core/schema';
import { PineconeVectorStore } from '@llamaindex/pinecone';
import { Pinecone } from '@pinecone-database/pinecone';
import { args, createIndex, embed, near } from '../support.mjs';

// The store takes no address; its public client is the place to name one.
const client = new Pinecone({ apiKey: args.key, controllerHostUrl: args.host });
await createIndex(client);
try {
  await queries();
  await deletes();
  await otherNamespace();
} finally {
  await client.deleteIndex(args.index);
}

async function queries() {
  const store = connect();
  await store.add([
    node('1', 'cat', 'pets', { year: 2019 }),
    node('2', 'cat dog', 'pets', { year: 2021 }),
    node('3', 'dog train', 'journeys', { year: 2022 }),
    node('4', 'plane train', 'journeys', { year: 2023 }),
  ]);

  const found = await store.query({ queryEmbedding: embed('dog dog cat'), similarityTopK: 3 });
  assert.deepEqual(found.ids, ['pets_chunk_2', 'journeys_chunk_3', 'pets_chunk_1']);
  near(found.similarities, [3 / Math.sqrt(10), 2 / Math.sqrt(10), 1 / Math.sqrt(5)]);

  // The store fetches the matches by id and takes the nodes in the order of that answer.
  assert.deepEqual(found.nodes.map((found) => found.text), ['cat dog', 'dog train', 'cat']);
  assert.equal(found.nodes[0].metadata.year, 2021);
  assert.deepEqual(found.nodes[0].embedding, embed('cat dog'));
  assert.equal(found.nodes[0].sourceNode.nodeId, 'pets');

  for (const [filters, expected] of [
    [[{ key: 'year', operator: '>=', value: 2022 }], ['journeys_chunk_3', 'journeys_chunk_4']],
    [[{ key: 'year', operator: '>', value: 2019 }, { key: 'year', operator: '<', value: 2023 }], ['pets_chunk_2', 'journeys_chunk_3']],
    [[{ key: 'year', operator: 'in', value: [2019, 2023] }], ['pets_chunk_1', 'journeys_chunk_4']],
    [[{ key: 'year', operator: 'nin', value: [2019, 2021, 2022] }], ['journeys_chunk_4']],
    [[{ key: 'doc_id', operator: '!=', value: 'pets' }], ['journeys_chunk_3', 'journeys_chunk_4']],
    [[{ key: 'ref_doc_id', operator: '==', value: 'nothing' }], []],
  ]) {
    const { ids } = await store.query({ queryEmbedding: embed('dog dog cat'), similarityTopK: 10, filters: { filters, condition: 'and' } });
    assert.deepEqual(ids, expected, JSON.stringify(filters));
  }

  const filters = [{ key: 'year', operator: '==', value: 2019 }, { key: 'ref_doc_id', operator: '==', value: 'journeys' }];
  const either = await store.query({ queryEmbedding: embed('dog'), similarityTopK: 10, filters: { filters, condition: 'or' } });
  assert.deepEqual(either.ids, ['journeys_chunk_3', 'journeys_chunk_4', 'pets_chunk_1']);
}

async function deletes() {
  const store = connect();
  await store.delete('pets');
  assert.deepEqual(await storedIds(store), ['journeys_chunk_3', 'journeys_chunk_4']);

  await store.add(Array.from({ length: 100 }, (_, i) => node(String(i), 'bird', 'birds')));
  await store.delete('birds');
  assert.deepEqual(await storedIds(store), ['journeys_chunk_3', 'journeys_chunk_4']);

  await store.clearIndex();
  assert.deepEqual(await storedIds(store), []);
}

async function otherNamespace() {
  const store = connect({ namespace: 'tenant', chunkSize: 2 });
  await store.add(['car', 'plane', 'car plane'].map((text, i) => node(String(i), text, 'travel')));

  const found = await store.query({ queryEmbedding: embed('car'), similarityTopK: 2 });
  assert.deepEqual(found.ids, ['travel_chunk_0', 'travel_chunk_2']);
  assert.deepEqual(await storedIds(connect()), []);

  await store.delete('travel');
  assert.deepEqual(await storedIds(store), []);
}

function connect(params = {}) {
  const store = new PineconeVectorStore({ indexName: args.index, apiKey: args.key, embeddingModel: {}, ...params });
  store.db = client;
  return store;
}

function node(id, text, document, metadata = {}) {
  return new TextNode({
    id_: id,
    text,
    metadata,
    embedding: embed(text),
    relationships: { [NodeRelationship.SOURCE]: { nodeId: document, metadata: {} } },
  });
}

async function storedIds(store) {
  const { ids } = await store.query({ queryEmbedding: embed('cat dog bird car train plane'), similarityTopK: 1000 });
  return ids.sort();
}
