import type { Command, Setting } from './program.ts';
import { cell, page, row, table } from './markdown.ts';

/** docs/reference/settings.md: every setting by its name. */
export function renderSettings(settings: readonly Setting[]): string {
  const rows = [...settings]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, about }) => {
      const at = about.lastIndexOf('; ');
      return row(`\`${name}\``, cell(at < 0 ? about : about.slice(0, at)), at < 0 ? '' : cell(about.slice(at + 2)));
    });
  return page(
    '# Settings',
    'All of it is optional, from the environment or from a file `.env` in the working folder. Every problem is told at once at the start. What is said at greater length is in [Operating an installation](../how-to/operate.md).',
    table(['Name', 'What it is', 'Unless told'], rows),
  );
}

/** docs/reference/commands.md: every command with its arguments and options. */
export function renderCommands(program: Command): string {
  const leaves = leavesOf(program, []);
  const overview = leaves.map(({ path, command }) => row(linkTo(path), cell(command.description())));
  return page(
    '# Commands',
    `\`npm run -s rialto -- <command>\`. Every command takes \`--json\`, before or behind it, and prints one JSON value then. It ends with 0 when all is well, with 1 when it failed or found something wrong${exitCodes(leaves)}.`,
    table(['Command', 'What it does'], overview),
    ...leaves.map(renderCommand),
  );
}

type Leaf = { path: string; command: Command };

function leavesOf(command: Command, path: readonly string[]): Leaf[] {
  return command.commands.flatMap((one) => {
    const at = [...path, one.name()];
    return one.commands.length > 0 ? leavesOf(one, at) : [{ path: at.join(' '), command: one }];
  });
}

/** Deciding about a release has answers between yes and no. */
function exitCodes(leaves: readonly Leaf[]): string {
  return leaves.some(({ path }) => path.startsWith('readiness ')) ? '; `readiness` has [codes of its own](../how-to/readiness.md)' : '';
}

const linkTo = (path: string) => `[\`${path}\`](#${path.replaceAll(' ', '-')})`;

function renderCommand({ path, command }: Leaf): string {
  const usage = ['rialto', path, ...command.registeredArguments.map(argument)].join(' ');
  const options = command.options.filter(({ flags, hidden }) => flags !== '--json' && !hidden);
  const rows = options.map(({ flags, description, defaultValue, mandatory }) =>
    row(`\`${flags}\`${mandatory ? ' (needed)' : ''}`, cell(description), typeof defaultValue === 'string' ? `\`${defaultValue}\`` : ''),
  );
  const sentence = command.description();
  return [
    `## ${path}`,
    `\`${usage}\``,
    `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`,
    ...(rows.length > 0 ? [table(['Option', 'What it is', 'Unless told'], rows)] : []),
  ].join('\n\n');
}

function argument(one: Command['registeredArguments'][number]): string {
  const name = `${one.name()}${one.variadic ? '...' : ''}`;
  return one.required ? `<${name}>` : `[${name}]`;
}
