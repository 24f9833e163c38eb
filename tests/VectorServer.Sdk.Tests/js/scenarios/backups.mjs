// An index is backed up, and another one made from the backup; the polls are those of any client that waits.
import assert from 'node:assert/strict';
import { deleteOne, upsert } from '../support/calls.mjs';
import { idsOf, rejects } from '../support/expect.mjs';
import { args, major, pinecone, withIndex } from '../support/sdk.mjs';

const copy = `${args.index}-copy`;

await withIndex({ tags: { team: 'search' } }, async (index) => {
  await upsert(index, [
    { id: 'a', values: [1, 0, 0], metadata: { genre: 'drama' } },
    { id: 'b', values: [0, 1, 0], metadata: { genre: 'comedy' } },
  ]);

  const created = await pinecone.createBackup({ indexName: args.index, name: 'before', description: 'before the change' });
  const backup = await until(() => pinecone.describeBackup(created.backupId), ({ status }) => status === 'Ready');
  assertBackup(backup);
  await deleteOne(index, 'a');

  const ofIndex = await pinecone.listBackups({ indexName: args.index });
  assert.deepEqual(ofIndex.data.map(({ backupId }) => backupId), [backup.backupId]);
  assert.ok((await pinecone.listBackups({ limit: 100 })).data.some(({ backupId }) => backupId === backup.backupId));

  const { restoreJobId } = await pinecone.createIndexFromBackup({ backupId: backup.backupId, name: copy });
  try {
    const described = await until(() => pinecone.describeIndex(copy), ({ status }) => status.ready);
    assert.equal(described.dimension, 3);
    assert.deepEqual(described.tags, { team: 'search' });
    await assertJob(restoreJobId, backup.backupId);

    const query = { vector: [1, 0, 0], topK: 2, includeMetadata: true };
    const restored = await pinecone.index(copy).query(query);
    assert.deepEqual(idsOf(restored.matches), ['a', 'b']);
    assert.equal(restored.matches[0].metadata.genre, 'drama');
    assert.deepEqual(idsOf((await index.query(query)).matches), ['b']);

    await rejects(
      () => pinecone.createIndexFromBackup({ backupId: backup.backupId, name: copy }), 'PineconeConflictError', /already exists/);
  } finally {
    await pinecone.deleteIndex(copy);
  }

  if (major >= 9) await scheduleBackups();

  await pinecone.deleteBackup(backup.backupId);
  await rejects(() => pinecone.describeBackup(backup.backupId), 'PineconeNotFoundError');
});

function assertBackup(backup) {
  assert.equal(backup.name, 'before');
  assert.equal(backup.description, 'before the change');
  assert.equal(backup.sourceIndexName, args.index);
  assert.equal(backup.recordCount, 2);
  assert.equal(backup.namespaceCount, 1);
  assert.equal(backup.cloud, 'aws');
  assert.equal(backup.region, 'us-east-1');
  assert.deepEqual(backup.tags, { team: 'search' });
  if (major < 9) assert.equal(backup.dimension, 3);
}

async function assertJob(restoreJobId, backupId) {
  const job = await until(() => pinecone.describeRestoreJob(restoreJobId), ({ status }) => status === 'Completed');
  assert.equal(job.backupId, backupId);
  assert.equal(job.targetIndexName, copy);
  assert.equal(job.percentComplete, 100);
  assert.ok((await pinecone.listRestoreJobs({ limit: 100 })).data.some((listed) => listed.restoreJobId === restoreJobId));
}

async function scheduleBackups() {
  const { backupSchedules } = pinecone;
  const schedule = await backupSchedules.create(args.index, { name: 'nightly', frequency: 'daily', retentionDays: 7 });
  assert.ok(schedule.enabled);
  assert.ok(schedule.nextScheduledRun > new Date());
  await rejects(
    () => backupSchedules.create(args.index, { name: 'more', frequency: 'weekly', retentionDays: 7 }), 'PineconeConflictError', /already exists/);

  const paused = await backupSchedules.update(schedule.scheduleId, { enabled: false, retentionDays: 30 });
  assert.equal(paused.enabled, false);
  assert.equal(paused.retentionExpireAfterDays, 30);
  assert.deepEqual((await backupSchedules.list(args.index)).data.map(({ scheduleId }) => scheduleId), [schedule.scheduleId]);

  await backupSchedules.update(schedule.scheduleId, { enabled: true });
  const history = await until(
    () => backupSchedules.history(schedule.scheduleId), ({ data }) => data.some(({ status }) => status === 'Ready'));
  assert.deepEqual(history.data.map(({ status }) => status), ['Scheduled', 'Ready']);
  await backupSchedules.delete(schedule.scheduleId);
  await rejects(() => backupSchedules.describe(schedule.scheduleId), 'PineconeNotFoundError');
  await pinecone.deleteBackup(history.data[1].backupId);
}

/** What the call answers once that is as wanted. */
async function until(call, isWanted) {
  for (let i = 0; i < 100; i++) {
    const answer = await call();
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail('it never came');
}
