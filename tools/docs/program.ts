import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Something that can be set from outside; `about` ends with what it is unless told, behind the last semicolon. */
export type Setting = { name: string; about: string };

type Argument = { name(): string; required: boolean; variadic: boolean };
type Option = { flags: string; description: string; defaultValue?: unknown; mandatory?: boolean; hidden: boolean };

/** What of commander's command is read here. */
export type Command = {
  name(): string;
  description(): string;
  commands: readonly Command[];
  options: readonly Option[];
  registeredArguments: readonly Argument[];
};

/** What can be set and what can be called in a checkout. */
export type Program = { settings: readonly Setting[]; command: Command | undefined };

/** The settings of `src/app/config.ts` and the commands of `src/app/cli.ts`, where a checkout has them. */
export async function programIn(root: string): Promise<Program> {
  const { SETTINGS = {} } = await moduleIn<{ SETTINGS: Record<string, Setting> }>(root, 'src/app/config.ts');
  const { program } = await moduleIn<{ program: Command }>(root, 'src/app/cli.ts');
  return { settings: Object.values(SETTINGS), command: program };
}

async function moduleIn<T>(root: string, file: string): Promise<Partial<T>> {
  const at = path.join(root, file);
  return existsSync(at) ? ((await import(pathToFileURL(at).href)) as Partial<T>) : {};
}
