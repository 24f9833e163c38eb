// What cannot be done with indexes arrives as the SDK's own error classes.
import assert from 'node:assert/strict';
import { rejects } from '../support/expect.mjs';
import { args, createIndex, pinecone, withIndex } from '../support/sdk.mjs';

await withIndex({}, async () => {
  await rejects(() => createIndex(), 'PineconeConflictError', /already exists/);
  assert.equal(await createIndex({ suppressConflicts: true, waitUntilReady: false }), undefined);
});

await rejects(() => createIndex({ name: 'Not_A_Name' }), 'PineconeBadRequestError', /Not_A_Name|name/i);
await rejects(() => pinecone.describeIndex(args.index), 'PineconeNotFoundError');
await rejects(() => pinecone.deleteIndex(args.index), 'PineconeNotFoundError');
await rejects(() => pinecone.index(args.index).describeIndexStats(), 'PineconeNotFoundError');
