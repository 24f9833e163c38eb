// Namespaces keep records apart; from major 6 on they are listed, described and deleted, from 7 on created.
import assert from 'node:assert/strict';
import { deleteOne, fetchIds, listNamespaces, upsert } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { major, withIndex } from '../support/sdk.mjs';

await withIndex({}, async (index) => {
  await upsert(index, [{ id: 'a', values: [1, 0, 0] }]);
  await upsert(index.namespace('tenant/1 u'), [{ id: 'a', values: [0, 1, 0] }, { id: 'b', values: [0, 1, 1] }]);
  await upsert(index.namespace('zeta'), [{ id: 'c', values: [0, 0, 1] }]);

  assert.deepEqual((await fetchIds(index, ['a', 'b'])).records.a.values, [1, 0, 0]);
  assert.deepEqual((await fetchIds(index.namespace('tenant/1 u'), ['a'])).records.a.values, [0, 1, 0]);
  assert.deepEqual((await index.namespace('tenant/1 u').query({ id: 'b', topK: 5 })).matches.map(({ id }) => id), ['b', 'a']);

  if (major >= 6) await manage(index);
  if (major >= 7) await createAndFilter(index);

  await index.namespace('zeta').deleteAll();
  assert.deepEqual((await fetchIds(index.namespace('zeta'), ['c'])).records, {});
  assert.deepEqual(Object.keys((await fetchIds(index, ['a'])).records), ['a']);
  await rejects(() => deleteOne(index.namespace('missing'), 'a'), 'PineconeNotFoundError');
  if (major >= 6) await remove(index);
});

async function manage(index) {
  assert.deepEqual((await fetchIds(index.namespace('__default__'), ['a'])).records.a.values, [1, 0, 0]);

  const first = await listNamespaces(index, 2);
  const second = await listNamespaces(index, 2, first.pagination.next);
  assert.equal(second.pagination, undefined);
  const names = [...first.namespaces, ...second.namespaces].map((ns) => ns.name);
  assert.deepEqual(names.sort(), ['__default__', 'tenant/1 u', 'zeta']);
  if (major >= 7) assert.equal(first.totalCount, 3);

  const described = await index.describeNamespace('tenant/1 u');
  assert.equal(described.name, 'tenant/1 u');
  assert.equal(Number(described.recordCount), 2);
  assert.equal(typeof described.recordCount, major >= 9 ? 'string' : 'number');
  await rejects(() => index.describeNamespace('missing'), 'PineconeNotFoundError');
}

async function remove(index) {
  assert.equal(Number((await index.describeNamespace('zeta')).recordCount), 0);
  await index.deleteNamespace('tenant/1 u');
  await rejects(() => index.describeNamespace('tenant/1 u'), 'PineconeNotFoundError');
  await rejects(() => index.deleteNamespace('tenant/1 u'), 'PineconeNotFoundError');
  await rejects(() => deleteOne(index.namespace('tenant/1 u'), 'a'), 'PineconeNotFoundError');
}

async function createAndFilter(index) {
  const created = await index.createNamespace({ name: 'made', schema: { fields: { genre: { filterable: true } } } });
  assert.equal(created.name, 'made');
  assert.equal(Number(created.recordCount), 0);
  assert.deepEqual(created.schema.fields, { genre: { filterable: true } });
  await rejects(() => index.createNamespace({ name: 'made' }), 'PineconeConflictError');

  const { namespaces, totalCount } = await index.listNamespaces({ prefix: 'ma' });
  assert.deepEqual(namespaces.map((ns) => ns.name), ['made']);
  assert.equal(totalCount, 1);
}
