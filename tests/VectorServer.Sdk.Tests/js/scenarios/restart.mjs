// What was acknowledged is there after a restart, at the same address: --phase write, then --phase read.
import assert from 'node:assert/strict';
import { fetchIds, upsert } from '../support/calls.mjs';
import { idsOf } from '../support/expect.mjs';
import { args, createIndex, pinecone } from '../support/sdk.mjs';

const records = Array.from({ length: 50 }, (_, i) => ({ id: `r${i}`, values: [1, i, i % 7], metadata: { i } }));

if (args.phase === 'write') {
  await createIndex({ tags: { kept: 'yes' } });
  const index = pinecone.index(args.index);
  await upsert(index, records);
  await upsert(index.namespace('n'), records.slice(0, 3));
  await index.update({ id: 'r7', metadata: { changed: true } });
  await index.deleteMany({ ids: ['r9'] });
}

const model = await pinecone.describeIndex(args.index);
assert.deepEqual(model.tags, { kept: 'yes' });
const index = pinecone.index(args.index);
const stats = await index.describeIndexStats();
assert.equal(stats.totalRecordCount, 52);
const fetched = (await fetchIds(index, ['r7', 'r8', 'r9'])).records;
assert.deepEqual(fetched.r7.metadata, { i: 7, changed: true });
assert.deepEqual(fetched.r8.values, [1, 8, 1]);
assert.equal(fetched.r9, undefined);
assert.deepEqual(idsOf((await index.query({ vector: [1, 0, 0], topK: 1, filter: { i: { $lt: 9 } } })).matches), ['r0']);
console.log(model.host);
