// From major 7 on records are fetched and updated by what their metadata says.
import assert from 'node:assert/strict';
import { fetchIds, upsert } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { withIndex } from '../support/sdk.mjs';

await withIndex({}, async (index) => {
  const ids = Array.from({ length: 25 }, (_, i) => `r${String(i).padStart(2, '0')}`);
  await upsert(index, ids.map((id, i) => ({ id, values: [1, i, 0], metadata: { parity: i % 2 ? 'odd' : 'even', i } })));

  const odd = ids.filter((_, i) => i % 2);
  const found = [];
  let paginationToken;
  do {
    const page = await index.fetchByMetadata({ filter: { parity: 'odd' }, limit: 5, paginationToken });
    assert.ok(Object.keys(page.records).length <= 5);
    found.push(...Object.keys(page.records));
    paginationToken = page.pagination?.next;
  } while (paginationToken);
  assert.deepEqual(found.sort(), odd);

  const one = (await index.fetchByMetadata({ filter: { i: { $eq: 3 } } })).records;
  assert.deepEqual(one.r03.values, [1, 3, 0]);
  assert.deepEqual(one.r03.metadata, { parity: 'odd', i: 3 });

  await index.update({ filter: { i: { $gte: 20 } }, metadata: { late: true } });
  const { records } = await fetchIds(index, ['r19', 'r20']);
  assert.deepEqual(records.r19.metadata, { parity: 'odd', i: 19 });
  assert.deepEqual(records.r20.metadata, { parity: 'even', i: 20, late: true });
  assert.equal(Object.keys((await index.fetchByMetadata({ filter: { late: true } })).records).length, 5);

  await rejects(() => index.fetchByMetadata({ filter: { $bad: 1 } }), 'PineconeBadRequestError');
});
