// The package in browsers: the module is fetched from next to this file.
import { connect } from './api.js';
import * as glue from './dist/probelang.js';

const api = connect(glue, () => new URL('./dist/probelang_bg.wasm', import.meta.url));

export const {
  init, initSync, compile, status, check, cost, format, toJson, fromJson, fix, complete, hover, tokens, explain, evaluate, render, metric, trace, disassemble, diff, capture, captureAudit, probeCheck, probeReplay,
  Program, Snapshot, Schema,
} = api;
