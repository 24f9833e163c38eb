// LangChain's PineconeStore: documents in, searches of every kind, deletes, namespaces.
import assert from 'node:assert/strict';
import { Document } from '@langchain/core/documents';
import { PineconeStore } from '@langchain/pinecone';
import { Pinecone } from '@pinecone-database/pinecone';
import { args, createIndex, embed, near } from '../support.mjs';

const embeddings = {
  embedDocuments: async (texts) => texts.map(embed),
  embedQuery: async (text) => embed(text),
};

const client = new Pinecone({ apiKey: args.key, controllerHostUrl: args.host });
await createIndex(client);
const pineconeIndex = client.index(args.index);
try {
  await searches();
  await diversity();
  await changes();
  await namespaces();
  await manyDocuments();
} finally {
  await client.deleteIndex(args.index);
}

async function searches() {
  const store = await PineconeStore.fromDocuments([
    new Document({ pageContent: 'cat', metadata: { kind: 'pet', year: 2019, tags: ['soft', 'small'], source: { file: 'a.txt', page: 1 } } }),
    new Document({ pageContent: 'cat dog', metadata: { kind: 'pet', year: 2021, tags: ['loud'], author: null } }),
    new Document({ pageContent: 'dog train', metadata: { kind: 'journey', year: 2022 } }),
    new Document({ pageContent: 'plane train', metadata: { kind: 'journey', year: 2023 } }),
  ], embeddings, { pineconeIndex });

  assert.deepEqual(await texts(store.similaritySearch('cat', 2)), ['cat', 'cat dog']);
  const [first] = await store.similaritySearch('cat', 1);
  assert.deepEqual(first.metadata, { kind: 'pet', year: 2019, tags: ['soft', 'small'], 'source.file': 'a.txt', 'source.page': 1 });
  assert.match(first.id, /^[0-9a-f-]{36}$/);

  const scored = await store.similaritySearchWithScore('cat', 2);
  near(scored.map(([, score]) => score), [1, Math.SQRT1_2]);

  assert.deepEqual(await texts(store.similaritySearch('dog', 4, { kind: 'journey', year: { $lt: 2023 } })), ['dog train']);
  assert.deepEqual(await texts(store.similaritySearch('cat', 4, { tags: { $in: ['loud', 'red'] } })), ['cat dog']);
  assert.deepEqual(await texts(store.similaritySearch('train', 4, { $or: [{ kind: 'pet' }, { year: { $gte: 2023 } }] })), ['plane train']);
  assert.deepEqual(await texts(store.asRetriever({ k: 1, filter: { kind: 'journey' } }).invoke('dog')), ['dog train']);

  const pets = await PineconeStore.fromExistingIndex(embeddings, { pineconeIndex, filter: { kind: 'pet' } });
  assert.deepEqual(await texts(pets.similaritySearch('dog', 4)), ['cat dog']);
  await store.delete({ deleteAll: true });
  assert.deepEqual(await store.similaritySearch('cat', 4), []);
}

async function diversity() {
  const store = new PineconeStore(embeddings, { pineconeIndex, namespace: 'mmr' });
  await store.addDocuments(['cat cat cat dog', 'cat cat cat cat dog', 'cat bird'].map((pageContent) => new Document({ pageContent })));

  // The two nearest are nearly the same: asked for variety, the store takes one of them.
  assert.deepEqual(await texts(store.similaritySearch('cat dog', 2)), ['cat cat cat dog', 'cat cat cat cat dog']);
  const varied = store.maxMarginalRelevanceSearch('cat dog', { k: 2, fetchK: 3, lambda: 0.3 });
  assert.deepEqual(await texts(varied), ['cat cat cat dog', 'cat bird']);
}

async function changes() {
  const store = new PineconeStore(embeddings, { pineconeIndex, namespace: 'changes', textKey: 'content' });
  const documents = ['cat', 'dog', 'bird'].map((pageContent) => new Document({ pageContent, metadata: { said: pageContent } }));
  assert.deepEqual(await store.addDocuments(documents, { ids: ['1', '2', '3'] }), ['1', '2', '3']);
  assert.equal((await pineconeIndex.namespace('changes').fetch(['2'])).records['2'].metadata.content, 'dog');

  await store.addDocuments([new Document({ pageContent: 'dog dog cat' })], { ids: ['2'] });
  const [replaced] = await store.similaritySearch('dog', 1);
  assert.deepEqual([replaced.id, replaced.pageContent, replaced.metadata], ['2', 'dog dog cat', {}]);

  await store.delete({ ids: ['1'] });
  assert.deepEqual(await ids(store.similaritySearch('cat', 3)), ['2']);
  await store.delete({ filter: { said: 'bird' } });
  assert.deepEqual(await store.similaritySearch('bird', 3), []);
}

async function namespaces() {
  const store = new PineconeStore(embeddings, { pineconeIndex });
  await store.addDocuments([new Document({ pageContent: 'car' })], { ids: ['a'], namespace: 'tenant' });

  assert.deepEqual(await store.similaritySearch('car', 5), []);
  assert.deepEqual(await ids(store.similaritySearch('car', 5, { namespace: 'tenant' })), ['a']);
  await store.delete({ ids: ['a'], namespace: 'tenant' });
  assert.deepEqual(await store.similaritySearch('car', 5, { namespace: 'tenant' }), []);
  await assert.rejects(store.delete({ ids: ['a'], namespace: 'never-written' }), { name: 'PineconeNotFoundError' });
}

async function manyDocuments() {
  // The store sends batches of 100 side by side.
  const texts = Array.from({ length: 450 }, (_, i) => (i % 9 ? 'car plane' : 'train'));
  const store = await PineconeStore.fromTexts(texts, texts.map((_, i) => ({ i })), embeddings, { pineconeIndex, namespace: 'many' });

  const found = await store.similaritySearch('train', 60);
  assert.deepEqual(found.map(({ metadata }) => metadata.i).sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i * 9));
  assert.equal((await pineconeIndex.describeIndexStats()).namespaces.many.recordCount, 450);
}

async function texts(search) {
  return (await search).map(({ pageContent }) => pageContent);
}

async function ids(search) {
  return (await search).map(({ id }) => id);
}
