// Ids are listed in order, page by page, by prefix; the statistics count them.
import assert from 'node:assert/strict';
import { deleteIds, listAll, upsert } from '../support/calls.mjs';
import { withIndex } from '../support/sdk.mjs';

await withIndex({}, async (index) => {
  const ids = Array.from({ length: 120 }, (_, i) => `doc${i % 2}#${String(i).padStart(3, '0')}`);
  await upsert(index, ids.map((id) => ({ id, values: [1, 2, 3] })));
  await upsert(index.namespace('other'), [{ id: 'elsewhere', values: [1, 2, 3] }]);

  assert.deepEqual(await listAll(index, { limit: 50 }), { ids: ids.toSorted(), pages: 3 });
  assert.deepEqual((await listAll(index, { prefix: 'doc1#', limit: 20 })).ids, ids.filter((id) => id.startsWith('doc1#')).sort());
  assert.equal((await index.listPaginated()).vectors.length, 100);
  assert.deepEqual(await listAll(index, { prefix: 'none' }), { ids: [], pages: 1 });
  assert.deepEqual((await listAll(index.namespace('other'), {})).ids, ['elsewhere']);

  const stats = await index.describeIndexStats();
  assert.equal(stats.dimension, 3);
  assert.equal(stats.indexFullness, 0);
  assert.equal(stats.totalRecordCount, 121);
  assert.deepEqual(stats.namespaces.other, { recordCount: 1 });
  assert.deepEqual(Object.values(stats.namespaces).map((ns) => ns.recordCount).sort((a, b) => a - b), [1, 120]);

  // A page's token holds after the page is deleted: that is how documents are removed by the prefix of their ids.
  const paged = index.namespace('paged');
  await upsert(paged, ids.map((id) => ({ id, values: [1, 2, 3] })));
  const first = await paged.listPaginated({ prefix: 'doc0#', limit: 40 });
  await deleteIds(paged, first.vectors.map(({ id }) => id));
  const rest = await listAll(paged, { prefix: 'doc0#', limit: 40, paginationToken: first.pagination.next });
  assert.deepEqual(rest.ids, ids.filter((id) => id.startsWith('doc0#')).sort().slice(40));
});
