// What the server cannot do now arrives as the SDK's own error classes. The server is told to fail these requests.
import { rejects } from '../support/expect.mjs';
import { args, connect, major } from '../support/sdk.mjs';

const pinecone = connect(args.key, major >= 5 ? { maxRetries: 0 } : {});

// Major 3 has no class for 503. From 7 on these are tried again, and what is thrown in the end names that.
const unavailable = major === 3 ? 'PineconeUnmappedHttpError' : 'PineconeUnavailableError';
await rejects(() => pinecone.listIndexes(), major >= 7 ? 'PineconeMaxRetriesExceededError' : 'PineconeInternalServerError');
await rejects(() => pinecone.describeIndex('any'), major >= 7 ? 'PineconeMaxRetriesExceededError' : unavailable);
await rejects(() => pinecone.deleteIndex('any'), 'PineconeUnmappedHttpError', /Status: 429/);
