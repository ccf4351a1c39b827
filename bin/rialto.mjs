#!/usr/bin/env node
// The command line, from any folder and with any Node: see node.mjs.
import { fileURLToPath } from 'node:url';

process.argv.splice(1, 1, ...['node.mjs', '../src/app/cli.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url))));
await import('./node.mjs');
