import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * `npm start`: the whole platform in this process until it is told to stop.
 *
 * What Node makes of the sources is kept beside the packages, which halves the work of every later start. So nothing may be
 * imported before that is asked for; and it is written now, since a process that is killed writes nothing at its end.
 */
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)));
const { up } = await import('./up.ts');
flushCompileCache();
await up();
