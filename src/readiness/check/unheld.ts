import type { CheckKind } from './check.ts';

/** Parameters that nobody would look at beside certain others. Whoever demands them must not be told that they hold. */
export type Unheld<P = unknown> = {
  names: readonly string[];
  /** Whether it is so with these parameters. */
  when(params: P): boolean;
  /** The same in words, behind "is not looked at …". */
  where: string;
};

/** The first parameter that would be taken and not looked at, with the reason; undefined when all of them are held. */
export function unheldIn({ unheld = [] }: Pick<CheckKind, 'unheld'>, params: unknown): { name: string; why: string } | undefined {
  const given = params as Readonly<Record<string, unknown>>;
  for (const { names, when, where } of unheld) {
    const name = names.find((each) => demands(given[each]));
    if (name !== undefined && when(params)) return { name, why: `${name} is not looked at ${where}` };
  }
  return undefined;
}

/** What is left out, switched off or empty demands nothing. */
function demands(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
