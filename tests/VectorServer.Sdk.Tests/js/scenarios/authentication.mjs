// A wrong key is refused on both planes.
import { upsert } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { args, connect, pinecone, withIndex } from '../support/sdk.mjs';

await withIndex({}, async () => {
  const intruder = connect('not-the-key');
  await rejects(() => intruder.listIndexes(), 'PineconeAuthorizationError');

  const { host } = await pinecone.describeIndex(args.index);
  const index = intruder.index(args.index, host);
  await rejects(() => upsert(index, [{ id: 'a', values: [1, 0, 0] }]), 'PineconeAuthorizationError');
  await rejects(() => index.query({ vector: [1, 0, 0], topK: 1 }), 'PineconeAuthorizationError');
});
