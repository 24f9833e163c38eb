// A two-dimensional float32 .npy file as one array; rows are views of it.
'use strict';
const fs = require('fs');

exports.read = path => {
  const file = fs.readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const [, rows, columns] = /'<f4'.*False.*\((\d+), (\d+)\)/.exec(file.toString('latin1', 10, start)).map(Number);
  const values = new Float32Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + start + rows * columns * 4));
  return { values, rows, columns, row: i => values.subarray(i * columns, (i + 1) * columns) };
};
