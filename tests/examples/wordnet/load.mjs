// Loads a data set through the Pinecone SDK, asks its queries and reports recall and speed, once per compression level.
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pinecone } from '@pinecone-database/pinecone';
import { readDataset } from './dataset.mjs';
import { identicalCount, percentile, recall, success } from './measure.mjs';

const topK = 10;
const batchSizeMax = 100;
const requestBytesMax = 1_800_000; // The wire allows 2 MB.
const upsertsAtOnce = 4;

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: fileURLToPath(new URL('../../data/wordnet-sample', import.meta.url)) },
    host: { type: 'string', default: 'http://localhost:5080' },
    'api-key': { type: 'string', default: process.env.PINECONE_API_KEY ?? 'local' },
    compression: { type: 'string' },
    levels: { type: 'string', default: 'float32,spectral_k64,spectral_k256' },
    keep: { type: 'boolean', default: false },
    'query-only': { type: 'boolean', default: false },
    answers: { type: 'string' },
    compare: { type: 'string' },
  },
});

const pinecone = new Pinecone({ apiKey: options['api-key'], controllerHostUrl: options.host });
const dataset = readDataset(options.data);
const earlier = options.compare ? JSON.parse(readFileSync(options.compare, 'utf8')) : null;
console.log(`${dataset.records.length} records of ${dataset.vectors.shape[1]} dimensions, ${dataset.queries.shape[0]} queries, topK ${topK}`);

const answersByLevel = {};
const report = [];
for (const level of (options.compression ?? options.levels).split(',')) {
  const result = await run(level);
  answersByLevel[level] = result.answers;
  report.push(result.row);
}

console.table(Object.fromEntries(report.map(({ level, ...figures }) => [level, figures])));
if (options.answers) writeFileSync(options.answers, JSON.stringify(answersByLevel));
if (earlier && !compare()) process.exitCode = 1;

async function run(level) {
  const name = `wordnet-${level.replaceAll('_', '-')}`;
  const vectorsPerSecond = options['query-only'] ? null : await load(name, level);
  const index = pinecone.index({ name });

  const answers = [];
  const latencies = [];
  for (let query = 0; query < dataset.queries.shape[0]; query++) {
    const vector = Array.from(dataset.queries.row(query));
    const start = performance.now();
    const { matches } = await index.query({ vector, topK });
    latencies.push(performance.now() - start);
    answers.push({ ids: matches.map((match) => match.id), scores: matches.map((match) => match.score) });
  }

  if (!options.keep && !options['query-only']) await pinecone.deleteIndex(name);
  return { answers, row: figures(level, vectorsPerSecond, answers, latencies) };
}

async function load(name, level) {
  await pinecone.createIndex({
    name,
    dimension: dataset.vectors.shape[1],
    metric: 'cosine',
    spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
    tags: { vs_compression: level },
    waitUntilReady: true,
  });

  const index = pinecone.index({ name });
  const total = dataset.records.length;
  // A number of a vector takes at most about 22 characters of JSON.
  const batchSize = Math.max(1, Math.min(batchSizeMax, Math.floor(requestBytesMax / (dataset.vectors.shape[1] * 22))));
  let next = 0;
  let done = 0;
  const upsertBatches = async () => {
    while (next < total) {
      const first = next;
      next = Math.min(first + batchSize, total);
      await index.upsert({ records: batch(first, next) });
      done += Math.min(batchSize, total - first);
      if (process.stdout.isTTY) process.stdout.write(`\r${level}: ${done} of ${total}`);
    }
  };

  const start = performance.now();
  await Promise.all(Array.from({ length: upsertsAtOnce }, upsertBatches));
  const seconds = (performance.now() - start) / 1000;
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');

  const { totalRecordCount } = await index.describeIndexStats();
  if (totalRecordCount !== total) throw new Error(`${name} holds ${totalRecordCount} of ${total} records`);
  return total / seconds;
}

function batch(first, end) {
  return dataset.records.slice(first, end).map(({ id, metadata }, i) => ({ id, values: Array.from(dataset.vectors.row(first + i)), metadata }));
}

function figures(level, vectorsPerSecond, answers, latencies) {
  const idOf = (row) => dataset.records[row].id;
  const exactIds = answers.map((_, query) => Array.from(dataset.exactRows.row(query).subarray(0, topK), idOf));
  const relevantIds = answers.map((_, query) => idOf(dataset.relevantRows[query]));
  return {
    level,
    'vectors/s loaded': vectorsPerSecond === null ? '-' : Math.round(vectorsPerSecond),
    [`recall@${topK}`]: recall(answers, exactIds).toFixed(4),
    [`success@${topK}`]: success(answers, relevantIds).toFixed(4),
    'p50 ms': percentile(latencies, 50).toFixed(2),
    'p95 ms': percentile(latencies, 95).toFixed(2),
    'p99 ms': percentile(latencies, 99).toFixed(2),
  };
}

function compare() {
  const levels = Object.keys(answersByLevel).map((level) => {
    const answers = answersByLevel[level];
    const identical = identicalCount(answers, earlier[level] ?? []);
    console.log(`${level}: ${identical} of ${answers.length} answers are identical to ${options.compare}`);
    return identical === answers.length;
  });
  return levels.every(Boolean);
}
