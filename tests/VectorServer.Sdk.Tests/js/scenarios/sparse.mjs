// A dotproduct index that holds both kinds of values, and from major 5 on a sparse index.
import assert from 'node:assert/strict';
import { fetchIds, upsert } from '../support/calls.mjs';
import { idsOf, near, rejects } from '../support/expect.mjs';
import { args, major, pinecone, withIndex } from '../support/sdk.mjs';

if (major >= 5) await withIndex({ vectorType: 'sparse' }, sparseIndex);

async function sparseIndex(index) {
  const model = await pinecone.describeIndex(args.index);
  assert.equal(model.vectorType, 'sparse');
  assert.equal(model.metric, 'dotproduct');
  assert.equal(model.dimension, undefined);

  await upsert(index, [
    { id: 'a', sparseValues: { indices: [1, 5], values: [0.5, 2] }, metadata: { lang: 'en' } },
    { id: 'b', sparseValues: { indices: [5, 4294967295], values: [1, 3] } },
  ]);
  assert.deepEqual((await fetchIds(index, ['b'])).records.b.sparseValues, { indices: [5, 4294967295], values: [1, 3] });

  const sparseVector = { indices: [5, 4294967295], values: [1, 1] };
  const { matches } = await index.query({ sparseVector, topK: 10 });
  assert.deepEqual(idsOf(matches), ['b', 'a']);
  [4, 2].forEach((score, i) => near(matches[i].score, score));
  assert.deepEqual(idsOf((await index.query({ sparseVector, topK: 10, filter: { lang: 'en' } })).matches), ['a']);

  await rejects(() => upsert(index, [{ id: 'c', values: [1, 2, 3] }]), 'PineconeBadRequestError');
}

await withIndex({ metric: 'dotproduct' }, async (index) => {
  await upsert(index, [
    { id: 'dense', values: [1, 0, 0] },
    { id: 'both', values: [0.5, 0, 0], sparseValues: { indices: [7], values: [2] } },
  ]);

  const { matches } = await index.query({ vector: [1, 0, 0], sparseVector: { indices: [7], values: [1] }, topK: 2 });

  assert.deepEqual(idsOf(matches), ['both', 'dense']);
  [2.5, 1].forEach((score, i) => near(matches[i].score, score));
});

await withIndex({ metric: 'cosine' }, async (index) => {
  const record = { id: 'a', values: [1, 0, 0], sparseValues: { indices: [1], values: [1] } };
  await upsert(index, [record]);

  const query = { vector: [1, 0, 0], sparseVector: record.sparseValues, topK: 1 };
  await rejects(() => index.query(query), 'PineconeBadRequestError', /does not support sparse values/);
});
