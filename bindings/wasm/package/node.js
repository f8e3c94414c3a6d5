// The package in Node: the module is read from its file.
import { readFileSync } from 'node:fs';
import { connect } from './api.js';
import * as glue from './dist/probelang.js';

const api = connect(glue, () => readFileSync(new URL('./dist/probelang_bg.wasm', import.meta.url)));

export const {
  init, initSync, compile, status, check, cost, format, toJson, fromJson, fix, complete, hover, tokens, explain, evaluate, render, metric, trace, disassemble, diff, capture, captureAudit, probeCheck, probeReplay,
  Program, Snapshot, Schema,
} = api;
