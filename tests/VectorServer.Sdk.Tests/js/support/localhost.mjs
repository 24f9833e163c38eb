// Preloaded: every name below .localhost is this machine, as in browsers. Not every C library resolves them.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const isHere = (name) => name.endsWith('.localhost');
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(isHere(name) ? '127.0.0.1' : name, ...rest);
const lookupAsync = dns.promises.lookup;
dns.promises.lookup = (name, ...rest) => lookupAsync(isHere(name) ? '127.0.0.1' : name, ...rest);
syncBuiltinESMExports();
