// Namespace aliases by a stock gRPC client, which the SDK has no calls for; the SDK reads by them like by any namespace.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { fetchIds, upsert } from '../support/calls.mjs';
import { rejects } from '../support/expect.mjs';
import { args, pinecone, withIndex } from '../support/sdk.mjs';

const service = (file) => fileURLToPath(new URL(`../../../../src/VectorServer.Api/Grpc/${file}.proto`, import.meta.url));
const { NamespaceAliasService } = load('namespace_alias_service');
const status = loader.loadSync(fileURLToPath(new URL('../protos/rpc_status.proto', import.meta.url)));

await withIndex({}, async (index) => {
  const { host } = await pinecone.describeIndex(args.index);
  const client = new NamespaceAliasService(new URL(host).host, grpc.credentials.createInsecure());
  try {
    await run(index, client);
  } finally {
    client.close();
  }
});

async function run(index, client) {
  await upsert(index.namespace('blue'), [{ id: 'a', values: [1, 0, 0] }]);
  await upsert(index.namespace('green'), [{ id: 'a', values: [0, 1, 0] }]);

  const created = await call(client, 'CreateNamespaceAlias', { name: 'live', targetNamespace: 'blue' });
  assert.deepEqual([created.name, created.targetNamespace], ['live', 'blue']);
  assert.ok(Math.abs(created.createdAt.seconds - Date.now() / 1000) < 600);
  assert.deepEqual(await call(client, 'DescribeNamespaceAlias', { aliasName: 'live' }), created);

  await reads(index, 'blue', [1, 0, 0]);
  await call(client, 'RepointNamespaceAlias', { aliasName: 'live', targetNamespace: 'green' });
  await reads(index, 'green', [0, 1, 0]);

  await call(client, 'CreateNamespaceAlias', { name: 'other', targetNamespace: '__default__' });
  const first = await call(client, 'ListNamespaceAliases', { limit: 1 });
  assert.deepEqual([first.namespaceAliases.map(({ name }) => name), first.totalCount], [['live'], 2]);
  const second = await call(client, 'ListNamespaceAliases', { limit: 1, paginationToken: first.pagination.next });
  assert.deepEqual([second.namespaceAliases.map(({ name }) => name), second.pagination?.next], [['other'], undefined]);
  const ofGreen = await call(client, 'ListNamespaceAliases', { targetNamespace: 'green' });
  assert.deepEqual(ofGreen.namespaceAliases.map(({ name }) => name), ['live']);

  await refusals(index, client);

  await call(client, 'DeleteNamespaceAlias', { aliasName: 'live' });
  await refused(() => call(client, 'DescribeNamespaceAlias', { aliasName: 'live' }), grpc.status.NOT_FOUND);
  assert.deepEqual((await fetchIds(index.namespace('live'), ['a'])).records, {});
}

async function reads(index, target, values) {
  const live = index.namespace('live');
  const fetched = await fetchIds(live, ['a']);
  assert.deepEqual([fetched.namespace, fetched.records.a.values], [target, values]);
  const found = await live.query({ vector: values, topK: 1 });
  assert.deepEqual(found.matches.map(({ id, score }) => [id, Math.round(score)]), [['a', 1]]); // the SDK shows the name that was asked
  const listed = await live.listPaginated();
  assert.deepEqual([listed.namespace, listed.vectors.map(({ id }) => id)], [target, ['a']]);
}

async function refusals(index, client) {
  const taken = await refused(() => call(client, 'CreateNamespaceAlias', { name: 'live', targetNamespace: 'blue' }), grpc.status.ALREADY_EXISTS);
  assert.deepEqual([taken.reason, taken.metadata], ['ALIAS_ALREADY_EXISTS', { target_namespace: 'green' }]);
  const missing = await refused(() => call(client, 'RepointNamespaceAlias', { aliasName: 'live', targetNamespace: 'red' }), grpc.status.INVALID_ARGUMENT);
  assert.equal(missing.reason, 'TARGET_NAMESPACE_NOT_FOUND');

  await rejects(() => upsert(index.namespace('live'), [{ id: 'b', values: [1, 1, 1] }]), 'PineconeConflictError', /alias/);
  await rejects(() => index.namespace('live').deleteAll(), 'PineconeBadRequestError', /alias/);
  await rejects(() => index.deleteNamespace('green'), 'PineconeBadRequestError', /target of the alias 'live'/);
  const names = (await index.listNamespaces()).namespaces.map(({ name }) => name);
  assert.deepEqual(names, ['blue', 'green']);
}

function load(file) {
  return grpc.loadPackageDefinition(loader.loadSync(service(file), { longs: Number, oneofs: false }));
}

function call(client, method, request) {
  const metadata = new grpc.Metadata();
  metadata.set('api-key', args.key);
  metadata.set('x-pinecone-api-version', '2026-07');
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + 30_000 }, (error, message) => (error ? reject(error) : resolve(message)));
  });
}

/** The call fails with this status; answers the reason in its details. */
async function refused(body, code) {
  const error = await body().then(() => assert.fail('the call succeeded'), (failure) => failure);
  assert.equal(error.code, code, error.message);
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!bytes) return undefined;

  const { details } = read('google.rpc.Status', bytes);
  assert.equal(details[0].type_url ?? details[0].typeUrl, 'type.googleapis.com/google.rpc.ErrorInfo');
  return read('google.rpc.ErrorInfo', details[0].value);
}

function read(type, bytes) {
  return status[type].deserialize(bytes);
}
