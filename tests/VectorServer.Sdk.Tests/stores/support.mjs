// What the scripts of all stores share. Arguments: --host <url> --key <key> --index <name>.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';

export const { values: args } = parseArgs({ options: { host: { type: 'string' }, key: { type: 'string' }, index: { type: 'string' } } });

const vocabulary = ['cat', 'dog', 'bird', 'car', 'train', 'plane'];

export const dimension = vocabulary.length;

/** Embeds a text without a model: how often it says each word of the vocabulary. */
export function embed(text) {
  const words = text.toLowerCase().split(/\W+/);
  return vocabulary.map((word) => words.filter((said) => said === word).length);
}

/** The index as the client makes it; the stores themselves expect it to be there. */
export function createIndex(client) {
  return client.createIndex({
    name: args.index,
    dimension,
    metric: 'cosine',
    spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
    waitUntilReady: true,
  });
}

/** Equal up to float32 rounding. */
export function near(actual, expected) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `${actual} is not near ${expected}`));
}
