// Records are written, read back, changed and deleted.
import assert from 'node:assert/strict';
import { deleteIds, deleteOne, deleteWhere, fetchIds, upsert } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { major, withIndex } from '../support/sdk.mjs';

await withIndex({}, async (index) => {
  const metadata = { genre: 'drama', year: 2020, seen: true, tags: ['a', 'b'], title: 'Zürich – 東京' };
  await upsert(index, [
    { id: 'a', values: [0.1, 0.2, 0.3], metadata },
    { id: 'b c/d', values: [1, 0, 0] },
  ]);

  const { records } = await fetchIds(index, ['a', 'b c/d', 'missing']);
  assert.deepEqual(Object.keys(records).sort(), ['a', 'b c/d']);
  assert.equal(records.a.id, 'a');
  assert.deepEqual(records.a.values, [0.1, 0.2, 0.3], 'a float32 is written in its shortest form');
  assert.deepEqual(records.a.metadata, metadata);
  assert.equal(records['b c/d'].metadata, undefined);

  await index.update({ id: 'a', metadata: { year: 2021, rating: 4.5 } });
  await index.update({ id: 'b c/d', values: [0, 1, 0] });
  await index.update({ id: 'missing', metadata: { year: 1 } });
  const updated = (await fetchIds(index, ['a', 'b c/d', 'missing'])).records;
  assert.deepEqual(updated.a.metadata, { ...metadata, year: 2021, rating: 4.5 });
  assert.deepEqual(updated.a.values, [0.1, 0.2, 0.3]);
  assert.deepEqual(updated['b c/d'].values, [0, 1, 0]);
  assert.equal(updated.missing, undefined);

  await upsert(index, [{ id: 'a', values: [0, 0, 1], metadata: { genre: 'comedy' } }]);
  const replaced = (await fetchIds(index, ['a'])).records.a;
  assert.deepEqual(replaced.values, [0, 0, 1]);
  assert.deepEqual(replaced.metadata, { genre: 'comedy' });

  await rejects(() => upsert(index, [{ id: 'x', values: [1, 2, 3, 4] }]), 'PineconeBadRequestError', /dimension 4 .*index 3/);
  await rejects(() => upsert(index, [{ id: 'x', values: [1, 2, 3], metadata: { nested: { not: 'allowed' } } }]), 'PineconeBadRequestError');
  assert.deepEqual((await fetchIds(index, ['x'])).records, {});

  await upsert(index, ['d', 'e', 'f', 'g'].map((id, i) => ({ id, values: [1, i, 0], metadata: { group: i % 2 ? 'odd' : 'even' } })));
  await deleteOne(index, 'a');
  await deleteIds(index, ['b c/d', 'missing']);
  assert.deepEqual(await storedIds(index), ['d', 'e', 'f', 'g']);
  await deleteWhere(index, { group: { $eq: 'odd' } });
  assert.deepEqual(await storedIds(index), ['d', 'f']);
  await index.deleteAll();
  assert.deepEqual(await storedIds(index), []);

  if (major >= 9) await rejects(() => index.deleteMany({ filter: {} }), 'PineconeBadRequestError');
});

async function storedIds(index) {
  const { records } = await fetchIds(index, ['a', 'b c/d', 'd', 'e', 'f', 'g']);
  return Object.keys(records).sort();
}
