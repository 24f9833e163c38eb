'use strict';
const path = require('path');
const { Index } = require('usearch');
const runner = require('./runner.js');

const loadedMax = 3; // the effort is fixed when an index is made: one is loaded for each, and few are kept
const queriesPerCall = 100; // its only way to two threads; given to one thread too, which saves it calls
const ladder = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const settings = ['f32', 'i8'].map(kind => ({ name: kind, settings: `HNSW M=16 efConstruction=200 ${kind}, 100 queries a call`, effort: 'ef', ladder }));
const loaded = new Map();

const create = (kind, effort) => new Index({
  dimensions: runner.vectors.columns, metric: 'cos', quantization: kind, connectivity: 16, expansion_add: 200, expansion_search: effort, multi: false,
});
const fileOf = kind => path.join(runner.files, `${kind}.usearch`);

function get(kind, effort) {
  const key = `${kind} ${effort}`;
  if (!loaded.has(key)) {
    if (loaded.size === loadedMax)
      loaded.delete(loaded.keys().next().value);
    global.gc();
    const index = create(kind, effort);
    index.load(fileOf(kind));
    loaded.set(key, index);
  }
  return loaded.get(key);
}

runner.run({
  version: runner.version('usearch'),
  settings,
  async build(kind) {
    const index = create(kind, 64);
    const keys = BigUint64Array.from({ length: runner.vectors.rows }, (_, row) => BigInt(row));
    const buildSeconds = await runner.seconds(() => index.add(keys, runner.vectors.values, runner.threads));
    index.save(fileOf(kind));
    return { durable: false, buildSeconds, threads: runner.threads, bytes: runner.bytes(fileOf(kind)) };
  },
  answer: (kind, effort, i) => Array.from(get(kind, effort).search(runner.queries.row(i), runner.topK, 1).keys, Number),
  async time(kind, effort, threads, seconds) {
    const index = get(kind, effort);
    const size = Math.min(queriesPerCall, runner.queries.rows);
    const calls = Math.floor(runner.queries.rows / size);
    const { columns, values } = runner.queries;
    const ask = i => index.search(values.subarray((i % calls) * size * columns, (i % calls + 1) * size * columns), runner.topK, threads);
    const timed = await runner.time(ask, 1, seconds);
    return { queries: timed.queries * size, seconds: timed.seconds };
  },
});
