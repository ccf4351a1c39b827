import type { Theme } from './theme.ts';
import { CONFIGURATION, SECRETS } from './themes/configuration.ts';
import { HOST } from './themes/host.ts';
import { OBSERVABILITY } from './themes/observability.ts';
import { PROCESS } from './themes/process.ts';
import { PERFORMANCE, QUALITY } from './themes/quality.ts';
import { COMPLIANCE, DOCUMENTS, RECOVERY } from './themes/recovery.ts';
import { ACCESS, APPLICATION_SECURITY, TRANSPORT } from './themes/security.ts';
import { DOMAIN, SERVICES } from './themes/services.ts';
import { CACHE, DATABASE, QUEUE } from './themes/storage.ts';

/** The theme pack: what production checklists ask for, again and again. */
export const THEMES: readonly Theme[] = [
  ...HOST,
  ...DATABASE,
  ...QUEUE,
  ...CACHE,
  ...SERVICES,
  ...DOMAIN,
  ...CONFIGURATION,
  ...SECRETS,
  ...ACCESS,
  ...APPLICATION_SECURITY,
  ...TRANSPORT,
  ...QUALITY,
  ...PERFORMANCE,
  ...OBSERVABILITY,
  ...RECOVERY,
  ...COMPLIANCE,
  ...DOCUMENTS,
  ...PROCESS,
];

const byId = new Map(THEMES.map((theme) => [theme.id, theme]));

/** The theme with this id, undefined when there is none. */
export function themeOf(id: string): Theme | undefined {
  return byId.get(id);
}
