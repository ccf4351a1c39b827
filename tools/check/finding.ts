/** One thing that is wrong, and where. `line` counts from 1. */
export type Finding = { file?: string; line?: number; message: string };

/** One part of `npm run check`: looks at the checkout at `root` and says what is wrong; nothing found means passed. */
export type Check = { name: string; about: string; run(root: string): Promise<readonly Finding[]> };

/** `src/a.ts:3: message`. */
export function formatFinding({ file, line, message }: Finding): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${place}: ${message}`;
}
