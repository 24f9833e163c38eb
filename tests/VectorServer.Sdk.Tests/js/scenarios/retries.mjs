// The server fails a share of the requests on purpose: the SDK tries again, and every call succeeds.
import assert from 'node:assert/strict';
import { upsert } from '../support/calls.mjs';
import { idsOf } from '../support/expect.mjs';
import { args, connect, major, withIndex } from '../support/sdk.mjs';

const failed = { upserts: 0, queries: 0 };

const counting = async (url, init) => {
  const response = await fetch(url, init);
  if (response.status === 503) {
    assert.equal(response.headers.get('retry-after'), '0');
    failed[String(url).endsWith('/query') ? 'queries' : 'upserts']++;
  }
  return response;
};

await withIndex({}, async () => {
  const index = connect(args.key, { fetchApi: counting }).index(args.index);
  for (let i = 0; i < 8; i++) await upsert(index, [{ id: `r${i}`, values: [1, i, 0] }]);
  assert.ok(failed.upserts > 0);

  // Before major 8 the SDK repeats writes only.
  for (let i = 0; i < 8 && major >= 8; i++) {
    const { matches } = await index.query({ vector: [1, i, 0], topK: 10 });
    assert.deepEqual(idsOf(matches).sort(), ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']);
  }
  assert.equal(failed.queries > 0, major >= 8);
});
