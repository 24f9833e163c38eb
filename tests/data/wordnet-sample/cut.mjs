// Cuts this sample from the 20,000-record set: node cut.mjs <directory of the set>
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpy, writeNpy } from '../../examples/wordnet/npy.mjs';

const recordCount = 500;
const queryCount = 50;
const topCount = 100;

const source = process.argv[2];
const target = dirname(fileURLToPath(import.meta.url));
const lines = (name) => readFileSync(join(source, name), 'utf8').split('\n').filter(Boolean);
const vectors = readNpy(join(source, 'vectors.npy'));
const queries = readNpy(join(source, 'queries.npy'));
const relevant = readNpy(join(source, 'query_relevant_row.npy')).values;
const dimension = vectors.shape[1];

// Step 1: the rows that the first queries are about, then the set's first rows until there are enough; in the set's order.
const chosen = new Set(relevant.subarray(0, queryCount));
for (let row = 0; chosen.size < recordCount; row++) chosen.add(row);
const rows = [...chosen].sort((a, b) => a - b);

// Step 2: copy them. The vectors' bytes are taken as they are, so no value changes.
const vectorBytes = readFileSync(join(source, 'vectors.npy')).subarray(-2 * vectors.values.length);
const rowBytes = rows.map((row) => vectorBytes.subarray(2 * row * dimension, 2 * (row + 1) * dimension));
writeNpy(join(target, 'vectors.npy'), '<f2', [recordCount, dimension], Buffer.concat(rowBytes));
const records = lines('records.jsonl');
writeFileSync(
  join(target, 'records.jsonl'),
  rows.map((row, newRow) => `${JSON.stringify({ ...JSON.parse(records[row]), row: newRow })}\n`).join(''),
);
writeNpy(join(target, 'queries.npy'), '<f4', [queryCount, dimension], Buffer.from(queries.values.slice(0, queryCount * dimension).buffer));
writeFileSync(join(target, 'queries.txt'), `${lines('queries.txt').slice(0, queryCount).join('\n')}\n`);

// Step 3: the answers, within the sample.
const relevantRows = Int32Array.from({ length: queryCount }, (_, query) => rows.indexOf(relevant[query]));
writeNpy(join(target, 'query_relevant_row.npy'), '<i4', [queryCount], Buffer.from(relevantRows.buffer));
const exact = Int32Array.from(Array.from({ length: queryCount }, (_, query) => nearest(queries.row(query))).flat());
writeNpy(join(target, 'cosine_top100.npy'), '<i4', [queryCount, topCount], Buffer.from(exact.buffer));

function nearest(query) {
  const scored = rows.map((row, newRow) => ({ newRow, score: cosine(query, vectors.row(row)) }));
  return scored.sort((a, b) => b.score - a.score).slice(0, topCount).map((match) => match.newRow);
}

function cosine(a, b) {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return dot / Math.sqrt(aa * bb);
}
