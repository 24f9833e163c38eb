// Queries by vector and by id, with filters, on a cosine index.
import assert from 'node:assert/strict';
import { upsert } from '../support/calls.mjs';
import { idsOf, near, rejects } from '../support/expect.mjs';
import { withIndex } from '../support/sdk.mjs';

const vector = [1, 0, 0];

await withIndex({}, async (index) => {
  await upsert(index, [
    { id: 'same', values: [2, 0, 0], metadata: { genre: 'drama', year: 2018, tags: ['old', 'long'], seen: true } },
    { id: 'near', values: [1, 1, 0], metadata: { genre: 'comedy', year: 2020, tags: ['new'], seen: false } },
    { id: 'orthogonal', values: [0, 1, 0], metadata: { genre: 'drama', year: 2022 } },
    { id: 'opposite', values: [-1, 0, 0] },
  ]);

  const { matches, usage } = await index.query({ vector, topK: 10 });
  assert.deepEqual(idsOf(matches), ['same', 'near', 'orthogonal', 'opposite']);
  [1, Math.SQRT1_2, 0, -1].forEach((score, i) => near(matches[i].score, score));
  assert.ok(!matches[0].values?.length, 'values come only when asked for');
  assert.equal(matches[0].metadata, undefined);
  assert.ok(usage.readUnits >= 1);

  const full = await index.query({ vector, topK: 1, includeValues: true, includeMetadata: true });
  assert.deepEqual(full.matches[0].values, [2, 0, 0]);
  assert.deepEqual(full.matches[0].metadata, { genre: 'drama', year: 2018, tags: ['old', 'long'], seen: true });

  assert.deepEqual(idsOf((await index.query({ id: 'orthogonal', topK: 2 })).matches), ['orthogonal', 'near']);
  assert.deepEqual((await index.query({ id: 'missing', topK: 2 })).matches, []);
  assert.deepEqual((await index.namespace('absent').query({ vector, topK: 2 })).matches, []);

  const filters = [
    [{ genre: 'drama' }, ['same', 'orthogonal']],
    [{ genre: { $ne: 'drama' } }, ['near', 'opposite']],
    [{ year: { $gte: 2019, $lt: 2022 } }, ['near']],
    [{ year: { $in: [2018, 2022] } }, ['same', 'orthogonal']],
    [{ genre: { $nin: ['comedy'] } }, ['same', 'orthogonal', 'opposite']],
    [{ tags: { $eq: 'long' } }, ['same']],
    [{ tags: { $in: ['new', 'long'] } }, ['same', 'near']],
    [{ seen: { $eq: true } }, ['same']],
    [{ year: { $exists: false } }, ['opposite']],
    [{ $not: { genre: 'drama' } }, ['near', 'opposite']],
    [{ $or: [{ genre: 'comedy' }, { year: { $gt: 2021 } }] }, ['near', 'orthogonal']],
    [{ $and: [{ genre: 'drama' }, { year: 2022 }] }, ['orthogonal']],
    [{ genre: 'nothing' }, []],
  ];
  for (const [filter, expected] of filters) {
    assert.deepEqual(idsOf((await index.query({ vector, topK: 10, filter })).matches), expected, JSON.stringify(filter));
  }

  await rejects(() => index.query({ vector: [1, 0], topK: 1 }), 'PineconeBadRequestError', /dimension 2 .*index 3/);
  await rejects(() => index.query({ vector, topK: 10001 }), 'PineconeBadRequestError');
  await rejects(() => index.query({ vector, topK: 1, filter: { year: { $unknown: 1 } } }), 'PineconeBadRequestError', /\$unknown/);
});
