// Reads and writes the .npy arrays that a data set is made of: row-major, little-endian, one or two dimensions.
import { readFileSync, writeFileSync } from 'node:fs';

const readers = {
  '<f2': { bytes: 2, array: (view, count) => Float32Array.from({ length: count }, (_, i) => fromHalf(view.getUint16(2 * i, true))) },
  '<f4': { bytes: 4, array: (view, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true)) },
  '<i4': { bytes: 4, array: (view, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true)) },
};

/** @returns {{shape: number[], values: Float32Array | Int32Array, row: (index: number) => Float32Array | Int32Array}} */
export function readNpy(path) {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error(`${path} is not a .npy file`);

  const isVersion1 = file[6] === 1;
  const headerStart = isVersion1 ? 10 : 12;
  const headerLength = isVersion1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const header = file.toString('latin1', headerStart, headerStart + headerLength);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((part) => part.trim()).map(Number);
  const reader = readers[type];
  if (!reader || header.includes("'fortran_order': True")) throw new Error(`${path}: cannot read ${header.trim()}`);

  const count = shape.reduce((product, length) => product * length, 1);
  const start = headerStart + headerLength;
  if (file.length !== start + count * reader.bytes) throw new Error(`${path} is cut off`);

  const values = reader.array(new DataView(file.buffer, file.byteOffset + start, count * reader.bytes), count);
  const width = shape[1] ?? 1;
  return { shape, values, row: (index) => values.subarray(index * width, (index + 1) * width) };
}

/** Writes bytes that already have the layout of `type` ('<f2', '<f4', '<i4'). */
export function writeNpy(path, type, shape, bytes) {
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  writeFileSync(path, Buffer.concat([head, Buffer.from(`${dictionary.padEnd(length - 1)}\n`, 'latin1'), bytes]));
}

// IEEE 754 binary16; Node.js has no such array before version 24.
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
