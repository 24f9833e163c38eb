// Pinecone's MCP server, which cannot be told an address, with docs/redirect.mjs preloaded: its tools see this server's indexes.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { upsert } from '../support/calls.mjs';
import { args, withIndex } from '../support/sdk.mjs';

const program = fileURLToPath(import.meta.resolve('@pinecone-database/mcp'));
const mcp = new Client({ name: 'test', version: '1' });
await mcp.connect(new StdioClientTransport({
  command: process.execPath,
  args: [program],
  env: { ...process.env, PINECONE_API_KEY: args.key, NODE_OPTIONS: `--import ${process.env.REDIRECT}`, VECTORSERVER_URL: args.host },
}));
try {
  await withIndex({}, async (index) => {
    await upsert(index, [{ id: 'a', values: [1, 0, 0] }, { id: 'b', values: [0, 1, 0] }]);

    assert.match(await call('list-indexes', {}), new RegExp(args.index));
    assert.equal(JSON.parse(await call('describe-index', { name: args.index })).dimension, 3);
    assert.equal(JSON.parse(await call('describe-index-stats', { name: args.index })).totalRecordCount, 2);
  });
} finally {
  await mcp.close();
}

async function call(name, parameters) {
  const { content, isError } = await mcp.callTool({ name, arguments: parameters });
  assert.ok(!isError, content[0].text);
  return content[0].text;
}
