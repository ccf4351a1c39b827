#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that one too old gets a sentence instead of a syntax error.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `Rialto needs Node 24 or newer; this is ${process.version}.\nOn Linux, "npm ci" brings Node 26 along, and "npm start" and "npm run rialto" use it. Elsewhere, install it from nodejs.org.\n`,
  );
  process.exit(1);
}
await import('../src/app/cli.ts');
