// The bench's side of a runner under node: reads commands, times queries. README.md tells the lines.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const npy = require('./npy.js');

const [, , data, files, threads] = process.argv;
exports.vectors = npy.read(path.join(data, 'vectors.npy'));
exports.queries = npy.read(path.join(data, 'queries.npy'));
exports.files = files;
exports.threads = Number(threads);
exports.topK = 10;
exports.batchRows = 1000;

exports.version = name => JSON.parse(fs.readFileSync(path.join(process.env.NODE_PATH, name, 'package.json'), 'utf8')).version;

exports.bytes = place => fs.statSync(place).isDirectory()
  ? fs.readdirSync(place).reduce((sum, name) => sum + exports.bytes(path.join(place, name)), 0)
  : fs.statSync(place).size;

exports.seconds = async work => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

// Runs `ask(i)` for queries in turn until the time is over, `inFlight` at once.
exports.time = async (ask, inFlight, limit) => {
  let count = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() - start < limit * 1000)
      await ask(count++ % exports.queries.rows);
  }));
  return { queries: count, seconds: (performance.now() - start) / 1000 };
};

// `peer`: version, settings, build(name), answer(name, effort, i) -> rows, time(name, effort, threads, seconds).
exports.run = async peer => {
  const write = answer => process.stdout.write(JSON.stringify(answer) + '\n');
  const commands = {
    build: name => peer.build(name),
    answer: async (name, effort) => {
      const rows = [];
      for (let i = 0; i < exports.queries.rows; i++)
        rows.push(await peer.answer(name, Number(effort), i));
      return { rows };
    },
    time: (name, effort, inFlight, limit) => peer.time(name, Number(effort), Number(inFlight), Number(limit)),
  };
  write({ version: peer.version, settings: peer.settings });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...values] = line.split(' ');
    try {
      write(await commands[command](...values));
    } catch (error) {
      write({ error: String(error.message ?? error) });
    }
  }
  process.exit(0);
};
