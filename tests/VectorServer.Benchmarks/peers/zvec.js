'use strict';
const path = require('path');
const zvec = require('@zvec/zvec');
const runner = require('./runner.js');

const ladder = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const quantization = { f32: zvec.ZVecQuantizeType.UNDEFINED, int8: zvec.ZVecQuantizeType.INT8 };
const settings = [
  { name: 'f32', settings: 'HNSW M=16 efConstruction=200', effort: 'ef', ladder },
  { name: 'int8', settings: 'HNSW M=16 efConstruction=200, int8, refined', effort: 'ef', ladder },
].filter(setting => setting.name === (process.env.PEER_SETTING || setting.name));
const collections = {};

zvec.ZVecInitialize({ logLevel: zvec.ZVecLogLevel.ERROR, optimizeThreads: runner.threads });

const request = (name, effort, i) => ({
  fieldName: 'vector',
  topk: runner.topK,
  vector: runner.queries.row(i),
  outputFields: [],
  params: { indexType: zvec.ZVecIndexType.HNSW, ef: effort, isUsingRefiner: name === 'int8' },
});

runner.run({
  version: runner.version('@zvec/zvec'),
  settings,
  async build(name) {
    const place = path.join(runner.files, name);
    const indexParams = {
      indexType: zvec.ZVecIndexType.HNSW, metricType: zvec.ZVecMetricType.COSINE, m: 16, efConstruction: 200, quantizeType: quantization[name],
    };
    const vector = { name: 'vector', dataType: zvec.ZVecDataType.VECTOR_FP32, dimension: runner.vectors.columns, indexParams };
    const collection = collections[name] = zvec.ZVecCreateAndOpen(place, new zvec.ZVecCollectionSchema({ name: 'peer', vectors: [vector] }));
    const ingestSeconds = await runner.seconds(() => {
      for (let row = 0; row < runner.vectors.rows; row += runner.batchRows) {
        const count = Math.min(runner.batchRows, runner.vectors.rows - row);
        const statuses = collection.insertSync(Array.from({ length: count }, (_, i) => ({ id: String(row + i), vectors: { vector: runner.vectors.row(row + i) } })));
        const failed = statuses.find(status => !status.ok);
        if (failed)
          throw new Error(failed.message);
      }
    });
    const buildSeconds = await runner.seconds(() => collection.optimizeSync({ concurrency: runner.threads }));
    return { ingestSeconds, durable: false, buildSeconds, threads: runner.threads, bytes: runner.bytes(place) };
  },
  answer: (name, effort, i) => collections[name].querySync(request(name, effort, i)).map(match => Number(match.id)),
  time: (name, effort, threads, seconds) => runner.time(
    threads === 1 ? i => collections[name].querySync(request(name, effort, i)) : i => collections[name].query(request(name, effort, i)), threads, seconds),
});
