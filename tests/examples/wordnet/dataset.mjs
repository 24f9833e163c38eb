// A data set is a directory: vectors.npy, records.jsonl, queries.npy, query_relevant_row.npy, cosine_top100.npy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from './npy.mjs';

/** Reads a whole data set; row i of the vectors belongs to record i. */
export function readDataset(directory) {
  const records = readFileSync(join(directory, 'records.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const dataset = {
    records,
    vectors: readNpy(join(directory, 'vectors.npy')),
    queries: readNpy(join(directory, 'queries.npy')),
    relevantRows: readNpy(join(directory, 'query_relevant_row.npy')).values,
    exactRows: readNpy(join(directory, 'cosine_top100.npy')),
  };
  if (dataset.vectors.shape[0] !== records.length) throw new Error(`${directory}: ${records.length} records, but ${dataset.vectors.shape[0]} vectors`);
  if (dataset.queries.shape[1] !== dataset.vectors.shape[1]) throw new Error(`${directory}: queries and vectors differ in dimension`);
  return dataset;
}
