// A stock gRPC client, made at run time from the service's description, on the address that REST clients use: all twelve methods, and
// what they wrote and read is what REST reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { args, createIndex, pinecone } from '../support/sdk.mjs';

const proto = fileURLToPath(new URL('../../../../src/VectorServer.Api/Grpc/vector_service.proto', import.meta.url));
const { VectorService } = grpc.loadPackageDefinition(loader.loadSync(proto, { longs: Number, defaults: true }));

await createIndex();
const { host } = await pinecone.describeIndex(args.index);
const credentials = args.ca ? grpc.credentials.createSsl(readFileSync(args.ca)) : grpc.credentials.createInsecure();
assert.equal(new URL(host).protocol, args.ca ? 'https:' : 'http:');
const client = new VectorService(new URL(host).host, credentials);
try {
  await run();
} finally {
  client.close();
  await pinecone.deleteIndex(args.index);
}

async function run() {
  const upsert = await call('Upsert', {
    vectors: [
      { id: 'a', values: [1, 0, 0], metadata: struct({ genre: 'drama', year: 2019, seen: true, tags: ['x', 'y'] }) },
      { id: 'b', values: [0.1, 0.2, 0.3], metadata: struct({ genre: 'comedy' }) },
      { id: 'c', values: [0, 1, 1] },
    ],
    namespace: 'films',
  });
  assert.equal(upsert.answer.upsertedCount, 3);
  assert.match(upsert.metadata.get('x-pinecone-request-lsn')[0], /^\d+$/);

  await queriesAgree();
  await fetchesAgree();
  await listsAgree();
  await updates();
  await namespaces();
  await deletes();
  await errors();
  await discovery();
}

async function queriesAgree() {
  for (const body of [
    { vector: [0.3, 0.2, 0.1], topK: 3, includeValues: true, includeMetadata: true },
    { vector: [0.3, 0.2, 0.1], topK: 2, filter: { genre: { $in: ['comedy', 'drama'] } } },
    { id: 'b', topK: 3 },
  ]) {
    const rest = await restPost('/query', { ...body, namespace: 'films' });
    const { answer } = await call('Query', { ...body, filter: body.filter && struct(body.filter), namespace: 'films' });
    assert.deepEqual(answer.matches.map(({ id }) => id), rest.matches.map(({ id }) => id));
    assert.deepEqual(answer.matches.map(({ score }) => score), rest.matches.map(({ score }) => Math.fround(score)));
    assert.deepEqual(answer.matches.map(({ values }) => values), rest.matches.map(({ values }) => values.map(Math.fround)));
    assert.deepEqual(answer.matches.map(({ metadata }) => json(metadata)), rest.matches.map(({ metadata }) => metadata));
    assert.equal(answer.namespace, 'films');
    assert.equal(answer.usage.readUnits, rest.usage.readUnits);
  }
}

async function fetchesAgree() {
  const rest = await restGet('/vectors/fetch?ids=a&ids=b&ids=missing&namespace=films');
  const { answer } = await call('Fetch', { ids: ['a', 'b', 'missing'], namespace: 'films' });
  assert.deepEqual(Object.keys(answer.vectors).sort(), ['a', 'b']);
  assert.deepEqual(json(answer.vectors.a.metadata), rest.vectors.a.metadata);
  assert.deepEqual(answer.vectors.b.values, rest.vectors.b.values.map(Math.fround));
  assert.equal(answer.usage.readUnits, 1);

  const filter = struct({ genre: { $exists: true }, $or: [{ year: { $gt: 1 } }, { genre: 'comedy' }] });
  const first = (await call('FetchByMetadata', { filter, namespace: 'films', limit: 1 })).answer;
  assert.deepEqual(Object.keys(first.vectors), ['a']);
  const reordered = struct({ $or: [{ year: { $gt: 1 } }, { genre: 'comedy' }], genre: { $exists: true } });
  const second = (await call('FetchByMetadata', {
    filter: reordered, namespace: 'films', limit: 1, paginationToken: first.pagination.next,
  })).answer;
  assert.deepEqual(Object.keys(second.vectors), ['b']);
  assert.ok(!second.pagination);
}

async function listsAgree() {
  const first = (await call('List', { namespace: 'films', limit: 2 })).answer;
  assert.deepEqual(first.vectors.map(({ id }) => id), ['a', 'b']);

  // A page token of one protocol goes on in the other.
  const rest = await restGet(`/vectors/list?namespace=films&limit=2&paginationToken=${first.pagination.next}`);
  assert.deepEqual(rest.vectors.map(({ id }) => id), ['c']);
  assert.deepEqual((await call('List', { namespace: 'films', prefix: 'b' })).answer.vectors.map(({ id }) => id), ['b']);
}

async function updates() {
  await call('Update', { id: 'c', values: [1, 1, 1], setMetadata: struct({ genre: 'crime' }), namespace: 'films' });
  const { vectors } = await restGet('/vectors/fetch?ids=c&namespace=films');
  assert.deepEqual([vectors.c.values, vectors.c.metadata], [[1, 1, 1], { genre: 'crime' }]);

  const filter = struct({ genre: 'crime' });
  const dry = await call('Update', { filter, setMetadata: struct({ old: true }), dryRun: true, namespace: 'films' });
  assert.equal(dry.answer.matchedRecords, 1);
  await call('Update', { filter, setMetadata: struct({ old: true }), namespace: 'films' });
  assert.equal((await restGet('/vectors/fetch?ids=c&namespace=films')).vectors.c.metadata.old, true);
}

async function namespaces() {
  const created = (await call('CreateNamespace', { name: 'made', schema: { fields: { genre: { filterable: true } } } })).answer;
  assert.deepEqual([created.name, created.recordCount, created.indexedFields], ['made', 0, { fields: ['genre'] }]);
  const listed = (await call('ListNamespaces', { prefix: 'f' })).answer;
  assert.deepEqual(listed.namespaces.map(({ name }) => name), ['films']);
  assert.equal(listed.totalCount, 1);
  assert.equal((await call('DescribeNamespace', { namespace: 'films' })).answer.recordCount, 3);

  await call('Upsert', { vectors: [{ id: 'd', values: [1, 2, 3] }] });
  const rest = await restPost('/describe_index_stats', {});
  const stats = (await call('DescribeIndexStats', {})).answer;
  assert.deepEqual([stats.dimension, stats.totalVectorCount, stats.metric], [rest.dimension, rest.totalVectorCount, rest.metric]);
  assert.deepEqual(stats.namespaces, { '': { vectorCount: 1 }, films: { vectorCount: 3 }, made: { vectorCount: 0 } });
  const newer = (await call('DescribeIndexStats', {}, { 'x-pinecone-api-version': '2025-10' })).answer;
  assert.deepEqual(newer.namespaces.__default__, { vectorCount: 1 });

  await call('DeleteNamespace', { namespace: 'made' });
  await fails(() => call('DescribeNamespace', { namespace: 'made' }), grpc.status.NOT_FOUND);
}

async function deletes() {
  await call('Delete', { ids: ['a'], namespace: 'films' });
  await call('Delete', { filter: struct({ genre: 'comedy' }), namespace: 'films' });
  assert.deepEqual((await restGet('/vectors/list?namespace=films')).vectors, [{ id: 'c' }]);
  await call('Delete', { deleteAll: true, namespace: 'films' });
  assert.deepEqual((await restGet('/vectors/list?namespace=films')).vectors, []);
}

async function errors() {
  await fails(() => call('Upsert', { vectors: [{ id: 'a', values: [1] }] }), grpc.status.INVALID_ARGUMENT, /dimension 1 does not match/);
  await fails(() => call('Fetch', {}), grpc.status.INVALID_ARGUMENT, /ids/);
  await fails(() => call('Fetch', { ids: ['a'] }, { 'api-key': 'wrong' }), grpc.status.PERMISSION_DENIED);
  const record = { vectors: [{ id: 'é', values: [1, 2, 3] }] };
  await fails(() => call('Upsert', record), grpc.status.INVALID_ARGUMENT, /'é'/);

  // Larger than one HTTP/2 frame and window, and compressed.
  const many = { vectors: Array.from({ length: 900 }, (_, i) => ({ id: `m${i}`, values: [1, 2, i], metadata: struct({ text: 'x'.repeat(1500) }) })) };
  const sent = await call('Upsert', many, {}, { 'grpc.default_compression_algorithm': 2 });
  assert.equal(sent.answer.upsertedCount, 900);
  const { answer } = await call('Query', { vector: [1, 2, 3], topK: 900, includeMetadata: true });
  assert.equal(answer.matches.length, 900);
}

/** What probes and tools ask, without a key: health, and the service's description as the server tells it. */
async function discovery() {
  const load = (file) => grpc.loadPackageDefinition(
    loader.loadSync(fileURLToPath(new URL(`../protos/${file}`, import.meta.url)), { enums: String })).grpc;
  const health = new (load('health.proto').health.v1.Health)(new URL(host).host, credentials);
  const answer = await new Promise((resolve, reject) => {
    health.Check({ service: 'VectorService' }, (error, message) => (error ? reject(error) : resolve(message)));
  });
  assert.equal(answer.status, 'SERVING');
  const watch = health.Watch({});
  watch.on('error', () => {}); // that of its cancellation
  assert.equal((await new Promise((resolve) => { watch.once('data', resolve); })).status, 'SERVING');
  watch.cancel();
  health.close();

  // The call stays open, and answers each question when it comes.
  const reflection = new (load('reflection.proto').reflection.v1.ServerReflection)(new URL(host).host, credentials);
  const call = reflection.ServerReflectionInfo();
  const ask = (question) => new Promise((resolve, reject) => {
    call.once('data', resolve);
    call.once('error', reject);
    call.write(question);
  });
  const listed = (await ask({ listServices: '' })).listServicesResponse.service.map(({ name }) => name);
  assert.ok(listed.includes('VectorService'));
  const described = (await ask({ fileContainingSymbol: 'VectorService' })).fileDescriptorResponse.fileDescriptorProto;
  const told = grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(fileDescriptorSet(described)));
  assert.deepEqual(Object.keys(told.VectorService.service).sort(), Object.keys(VectorService.service).sort());
  call.end();
  await new Promise((resolve) => { call.on('status', ({ code }) => { assert.equal(code, 0); resolve(); }); });
  reflection.close();
}

/** google.protobuf.FileDescriptorSet: the files, each as field 1. */
function fileDescriptorSet(files) {
  return Buffer.concat(files.flatMap((file) => {
    const prefix = [0x0a];
    for (let rest = file.length; ; rest >>>= 7) {
      prefix.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) return [Buffer.from(prefix), file];
    }
  }));
}

/** One call; answers the message and the metadata before it. */
async function call(method, request, headers = {}, options = undefined) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries({ 'api-key': args.key, ...headers })) metadata.set(name, value);
  const caller = options ? new VectorService(new URL(host).host, credentials, options) : client;
  let received;
  const answer = await new Promise((resolve, reject) => {
    caller[method](request, metadata, { deadline: Date.now() + 30_000 }, (error, message) => (error ? reject(error) : resolve(message)))
      .on('metadata', (first) => { received = first; });
  });
  if (options) caller.close();
  return { answer, metadata: received };
}

function fails(body, code, message = /./) {
  return assert.rejects(body, (error) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.details, message);
    return true;
  });
}

async function restGet(path) {
  return rest(path, { headers: { 'api-key': args.key } });
}

async function restPost(path, body) {
  return rest(path, { method: 'POST', headers: { 'api-key': args.key, 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function rest(path, options) {
  const response = await fetch(host + path, options);
  assert.equal(response.status, 200);
  return response.json();
}

/** A plain object as google.protobuf.Struct, and back. */
function struct(object) {
  return { fields: Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toValue(value)])) };
}

function toValue(value) {
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } };
  switch (typeof value) {
    case 'string': return { stringValue: value };
    case 'number': return { numberValue: value };
    case 'boolean': return { boolValue: value };
    default: return { structValue: struct(value) };
  }
}

function json(fields) {
  return fields ? Object.fromEntries(Object.entries(fields.fields).map(([name, value]) => [name, fromValue(value)])) : undefined;
}

function fromValue(value) {
  return value.listValue ? value.listValue.values.map(fromValue) : value.stringValue ?? value.numberValue ?? value.boolValue;
}
