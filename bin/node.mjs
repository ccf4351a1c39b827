// Runs a program of this checkout with the Node that `npm ci` brought: `node bin/node.mjs src/app/main.ts`.
// Plain JavaScript that any Node of the last years can read, because the one that npm starts it with may be too old.
//
// The folder node_modules/.bin comes first in the PATH of npm's scripts, with a link to that Node, which npm 9 and 10 lose:
// docs/decisions/0004-node-24-from-npm.md tells why.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST = 24;
const brought = fileURLToPath(new URL(`../node_modules/node-${process.platform}-${process.arch}/bin/node`, import.meta.url));
const [program, ...args] = process.argv.slice(2);

if (existsSync(brought) && realpathSync(brought) !== realpathSync(process.execPath)) runWith(brought);
else if (Number.parseInt(process.versions.node, 10) >= OLDEST) await runHere();
else {
  process.stderr.write(
    `Rialto needs Node ${OLDEST} or newer; this is ${process.version}.\nOn Linux, "npm ci" brings one along. Elsewhere, install it from nodejs.org.\n`,
  );
  process.exitCode = 1;
}

async function runHere() {
  process.argv.splice(1, 1);
  await import(pathToFileURL(resolve(program)).href);
}

/** Programs that the program starts by name get this Node, too. Signals are passed on, and its end is ours. */
function runWith(node) {
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const child = spawn(node, [program, ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`${node} cannot be run: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
