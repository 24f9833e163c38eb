// The SDK under test, as its users have it; only the addresses are ours. Arguments: --sdk <major> --host <url> --key <key> --index <name>,
// and where a scenario says so --phase and --ca, the file of a certificate to trust.
import { parseArgs } from 'node:util';

export const { values: args } = parseArgs({
  options: {
    sdk: { type: 'string' },
    host: { type: 'string' },
    key: { type: 'string' },
    index: { type: 'string' },
    phase: { type: 'string' },
    ca: { type: 'string' },
  },
});

export const major = Number(args.sdk);

const { default: sdk } = await import(`pinecone-${major}`);
export const { Errors, Pinecone } = sdk;

export const pinecone = connect(args.key);

export function connect(apiKey, options = {}) {
  return new Pinecone({ apiKey, controllerHostUrl: args.host, ...options });
}

/** Creates an index in the form that every major takes. */
export function createIndex(options = {}) {
  return pinecone.createIndex({
    name: args.index,
    dimension: options.vectorType === 'sparse' ? undefined : 3,
    metric: options.vectorType === 'sparse' ? 'dotproduct' : 'cosine',
    spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
    waitUntilReady: true,
    ...options,
  });
}

/** Runs the body with a fresh index, and removes the index whatever comes. */
export async function withIndex(options, body) {
  await createIndex(options);
  try {
    await body(pinecone.index(args.index));
  } finally {
    await pinecone.deleteIndex(args.index);
  }
}
