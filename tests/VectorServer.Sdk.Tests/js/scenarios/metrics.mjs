// Each metric scores and orders in its own way.
import assert from 'node:assert/strict';
import { upsert } from '../support/calls.mjs';
import { idsOf, near } from '../support/expect.mjs';
import { withIndex } from '../support/sdk.mjs';

const records = [
  { id: 'one', values: [1, 0, 0] },
  { id: 'three', values: [3, 0, 0] },
  { id: 'two', values: [2, 2, 0] },
];

for (const { metric, ids, scores } of [
  { metric: 'dotproduct', ids: ['three', 'two', 'one'], scores: [6, 4, 2] },
  { metric: 'euclidean', ids: ['one', 'three', 'two'], scores: [1, 1, 4] },
]) {
  await withIndex({ metric }, async (index) => {
    await upsert(index, records);

    const { matches } = await index.query({ vector: [2, 0, 0], topK: 3 });

    assert.deepEqual(idsOf(matches), ids, metric);
    scores.forEach((score, i) => near(matches[i].score, score));
  });
}
