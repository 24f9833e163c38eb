'use strict';
const lancedb = require('@lancedb/lancedb');
const arrow = require('apache-arrow');
const path = require('path');
const runner = require('./runner.js');

const lists = Math.round(Math.sqrt(runner.vectors.rows));
const probes = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256].filter(count => count <= lists);
const efs = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const refined = 4;
const subVectors = runner.vectors.columns / 8;
const indexes = {
  ivf_flat: { config: lancedb.Index.ivfFlat({ distanceType: 'cosine', numPartitions: lists }), ask: (query, effort) => query.nprobes(effort) },
  ivf_pq: {
    config: lancedb.Index.ivfPq({ distanceType: 'cosine', numPartitions: lists, numSubVectors: subVectors }),
    ask: (query, effort) => query.nprobes(effort).refineFactor(refined),
  },
  hnsw_sq: {
    config: lancedb.Index.hnswSq({ distanceType: 'cosine', numPartitions: 1, m: 16, efConstruction: 200 }),
    ask: (query, effort) => query.ef(Math.max(effort, refined * runner.topK)).refineFactor(refined),
  },
};
const settings = [
  { name: 'ivf_flat', settings: `IVF ${lists} lists`, effort: 'nprobes', ladder: probes },
  { name: 'ivf_pq', settings: `IVF ${lists} lists, PQ ${subVectors} B, ${refined}x refined`, effort: 'nprobes', ladder: probes },
  { name: 'hnsw_sq', settings: `HNSW m=16 efConstruction=200, int8, ${refined}x refined`, effort: 'ef', ladder: efs.filter(ef => ef >= refined * runner.topK) },
];
const tables = {};

function batch(schema, first) {
  const count = Math.min(runner.batchRows, runner.vectors.rows - first);
  const { columns, values } = runner.vectors;
  const components = arrow.makeData({ type: new arrow.Float32(), data: values.subarray(first * columns, (first + count) * columns) });
  const vectors = arrow.makeData({ type: schema.fields[1].type, length: count, child: components });
  const ids = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from({ length: count }, (_, i) => first + i) });
  return new arrow.Table(new arrow.RecordBatch(schema, arrow.makeData({ type: new arrow.Struct(schema.fields), length: count, children: [ids, vectors] })));
}

async function ask(name, effort, i) {
  const query = tables[name].query().nearestTo(runner.queries.row(i)).distanceType('cosine');
  const found = await indexes[name].ask(query, effort).select(['id', '_distance']).limit(runner.topK).toArrow();
  return Array.from(found.getChild('id'));
}

runner.run({
  version: runner.version('@lancedb/lancedb'),
  settings,
  async build(name) {
    const database = await lancedb.connect(path.join(runner.files, name));
    const vector = new arrow.FixedSizeList(runner.vectors.columns, new arrow.Field('item', new arrow.Float32(), true));
    const schema = new arrow.Schema([new arrow.Field('id', new arrow.Int32(), false), new arrow.Field('vector', vector, false)]);
    const table = tables[name] = await database.createEmptyTable('peer', schema);
    const ingestSeconds = await runner.seconds(async () => {
      for (let row = 0; row < runner.vectors.rows; row += runner.batchRows)
        await table.add(batch(schema, row));
    });
    const buildSeconds = await runner.seconds(async () => {
      await table.optimize();
      await table.createIndex('vector', { config: indexes[name].config });
    });
    return { ingestSeconds, durable: false, buildSeconds, threads: runner.threads, bytes: runner.bytes(path.join(runner.files, name)) };
  },
  answer: ask,
  time: (name, effort, threads, seconds) => runner.time(i => ask(name, effort, i), threads, seconds),
});
