// A protected index is not deleted until the protection is taken away.
import assert from 'node:assert/strict';
import { configureIndex } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { args, createIndex, pinecone } from '../support/sdk.mjs';

const created = await createIndex({ deletionProtection: 'enabled' });
assert.equal(created.deletionProtection, 'enabled');

await rejects(() => pinecone.deleteIndex(args.index), 'PineconeBadRequestError', /Deletion protection is enabled/);
assert.equal((await pinecone.describeIndex(args.index)).name, args.index);

assert.equal((await configureIndex(args.index, { deletionProtection: 'disabled' })).deletionProtection, 'disabled');
await pinecone.deleteIndex(args.index);
await rejects(() => pinecone.describeIndex(args.index), 'PineconeNotFoundError');
