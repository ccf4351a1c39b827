import { readFile } from 'node:fs/promises';
import { AppError } from '../../base/error.ts';

/** Sends a pacs.008 file to a running installation and answers with its pacs.002. */
export async function sendFile(path: string, options: { url: string; key: string | undefined }): Promise<string> {
  if (!options.key)
    throw new AppError(
      'unauthenticated',
      'cli.key_missing',
      'Put an API key with the scope payments:write into RIALTO_API_KEY (rialto keys create makes one).',
    );
  const address = URL.parse('/v1/iso20022', options.url);
  if (!address) throw new AppError('invalid', 'request.invalid', `${options.url} is not an address.`);
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', 'cli.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
  const reply = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.key}`, 'content-type': 'application/xml' },
    body: content,
  }).catch((error: Error) => {
    throw new AppError(
      'unavailable',
      'cli.no_answer',
      `${options.url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}.`,
    );
  });
  const text = await reply.text();
  if (reply.ok) return text;
  const problem = problemOf(text);
  throw new AppError('unprocessable', problem.code ?? 'cli.refused', problem.detail ?? problem.title ?? `The answer was ${reply.status}.`);
}

/** What stands between us and the installation (a proxy, say) may answer with anything. */
function problemOf(text: string): { code?: string; title?: string; detail?: string } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
