// Sends what a Node.js program (20.6 or later) asks of api.pinecone.io to a VectorServer instead: for programs that cannot be told another
// address. The addresses of indexes come from the server itself, so they need no redirection.
//
//     node --import ./redirect.mjs program.mjs
//     NODE_OPTIONS="--import /srv/redirect.mjs" npx @pinecone-database/mcp
//
// VECTORSERVER_URL is the server's address; http://localhost:5080 if it is not set. Redirected are the global fetch, and node:http and
// node:https, on which axios, got and node-fetch are built.
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const PINECONE = 'api.pinecone.io';
const server = new URL(process.env.VECTORSERVER_URL || 'http://localhost:5080');

function redirected(url) {
  const to = new URL(url);
  [to.protocol, to.hostname, to.port] = [server.protocol, server.hostname, server.port];
  return to;
}

const fetchAnywhere = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  if (!URL.canParse(url) || new URL(url).hostname !== PINECONE) return fetchAnywhere(input, init);
  return fetchAnywhere(input instanceof Request ? new Request(redirected(url), input) : redirected(url), init);
};

// Their arguments are (url, options, callback) or (options, callback).
const requestBy = { 'http:': http.request, 'https:': https.request };
for (const [protocol, module] of [['http:', http], ['https:', https]]) {
  const request = (...args) => {
    const url = typeof args[0] === 'string' || args[0] instanceof URL ? new URL(args.shift()) : undefined;
    const options = typeof args[0] === 'function' ? {} : { ...args.shift() };
    const name = options.hostname ?? options.host?.replace(/:\d+$/, '') ?? url?.hostname;
    if (name !== PINECONE) return requestBy[protocol](...(url ? [url] : []), options, ...args);

    // The agent and the port are those of the address that is left.
    const { agent, port, defaultPort, host, ...kept } = options;
    const headers = Array.isArray(kept.headers)
      ? kept.headers
      : Object.fromEntries(Object.entries(kept.headers ?? {}).filter(([header]) => header.toLowerCase() !== 'host'));
    const path = kept.path ?? (url ? url.pathname + url.search : '/');
    const { protocol: scheme, hostname } = server;
    return requestBy[scheme]({ ...kept, headers, path, protocol: scheme, hostname: hostname.replace(/^\[|\]$/g, ''), port: server.port }, ...args);
  };
  module.request = request;
  module.get = (...args) => request(...args).end();
}
syncBuiltinESMExports();
