import type { CheckProvider } from './check.ts';
import { document } from './kinds/document.ts';
import { env } from './kinds/env.ts';
import { file } from './kinds/file.ts';
import { http } from './kinds/http.ts';
import { sql } from './kinds/sql.ts';
import { tcp } from './kinds/tcp.ts';

/** The kinds of checks that need nothing but the settings. */
export function builtInChecks(): CheckProvider {
  return { name: 'built in', kinds: [http, tcp, file, env, document, sql] };
}
