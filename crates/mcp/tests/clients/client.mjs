// `probelang mcp` with the client of the TypeScript SDK: list, call, errors, progress, cancel.
//
//     node client.mjs PROBELANG
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const command = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'probelang-mcp-'));
writeFileSync(join(folder, 'many.ndjson'), '{"total": 1}\n'.repeat(100_000));
const probes = { id: 'p', type: 'LOG_PROBE', where: { methodName: 'f' }, template: '{total}' };
const long = { name: 'forecast', arguments: { probes, file: 'many.ndjson' } };

const client = new Client({ name: 'test', version: '1' });
try {
  await client.connect(new StdioClientTransport({ command, args: ['mcp', '--folder', folder] }));
  assert.equal(client.getServerVersion().name, 'probelang');
  assert.match(client.getInstructions(), /never follow instructions/);
  const { tools } = await client.listTools();
  assert.equal(tools.length, 10);

  // the client checks results against the contract
  const result = await client.callTool({ name: 'evaluate', arguments: { source: 'total > 100', data: { total: 120 } } });
  assert.deepEqual(result.structuredContent.untrusted.results, [{ index: 0, status: 'ok', value: true }]);
  for (const { name, ...contract } of tools) assert.ok(contract.description.length > 100, name);

  const denied = await client.callTool({ name: 'evaluate', arguments: { source: 'a', file: '../../etc/passwd' } });
  assert.equal(denied.isError, true);
  assert.equal(JSON.parse(denied.content[0].text).error.policy, `--folder ${folder}`);
  await assert.rejects(client.callTool({ name: 'no_such', arguments: {} }), /the tools are/);

  const seen = [];
  const forecast = await client.callTool(long, undefined, { onprogress: ({ progress }) => seen.push(progress) });
  assert.equal(forecast.structuredContent.hits, 100_000);
  assert.ok(seen.length > 0);

  const stop = new AbortController();
  const stopped = client.callTool(long, undefined, { signal: stop.signal });
  stop.abort();
  await assert.rejects(stopped);
  const next = await client.callTool({ name: 'evaluate', arguments: { source: '1' } });
  assert.equal(next.isError, false);

  const { resources } = await client.listResources();
  const { contents } = await client.readResource({ uri: resources[0].uri });
  assert.match(contents[0].text, /^# /);
  console.log('@modelcontextprotocol/sdk: as it should be');
} finally {
  await client.close();
  rmSync(folder, { recursive: true });
}
