/** A process that runs the built-in server on the data folder named on its command line until it is killed; says its pid when ready. */
import { openDataFolder } from '../../src/infra/data-folder.ts';
import { startEmbedded } from '../../src/infra/postgres/embedded.ts';

const folder = await openDataFolder(process.argv[2] ?? '');
const server = await startEmbedded({ dataFolder: folder.path, durable: false });
process.stdout.write(`${JSON.stringify({ pid: server.pid(), url: server.adminUrl().reveal() })}\n`);
setInterval(() => {}, 60_000);
