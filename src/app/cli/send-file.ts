import { readFile } from 'node:fs/promises';
import { Problem, requestOf, send } from '../../base/client.ts';
import { AppError } from '../../base/error.ts';
import { submitIso20022 } from '../../settlement/payment/contract.ts';

/** Sends a message of ISO 20022, of any kind, to a running installation and answers with what it is answered. */
export async function sendFile(path: string, options: { url: string; key: string | undefined }): Promise<string> {
  if (!options.key)
    throw new AppError(
      'unauthenticated',
      'cli.key_missing',
      'Put an API key with the scope payments:write into RIALTO_API_KEY (rialto keys create makes one).',
    );
  const baseUrl = addressOf(options.url);
  const document = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', 'cli.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
  const request = requestOf(submitIso20022, {}, { token: options.key, document });
  return send(submitIso20022, request, { baseUrl }).catch((error: unknown) => {
    throw error instanceof Problem ? refusalOf(error, options.url) : error;
  });
}

/** Whether an answer refuses all that was sent: the message as such, every transaction, or every cancellation. */
export function isRefusedWhole(answer: string): boolean {
  if (answer.includes(':admi.002.')) return true;
  const said = (name: string): string[] => [...answer.matchAll(new RegExp(`<(?:\\w+:)?${name}>(\\w+)<`, 'g'))].map((match) => match[1]!);
  const [groups, all] = [said('GrpSts'), [...said('TxSts'), ...said('TxCxlSts')]];
  if (groups.length > 0) return groups.every((status) => status === 'RJCT');
  return all.length > 0 && all.every((status) => status === 'RJCT' || status === 'RJCR');
}

/** Where an installation answers. */
export function addressOf(url: string): string {
  const address = URL.parse(url);
  if (!address) throw new AppError('invalid', 'request.invalid', `${url} is not an address.`);
  return address.origin;
}

/** What the server said stays in its words; what is no word of it, in ours. */
export function refusalOf(problem: Problem, url: string): Error {
  const { status, code, message, cause } = problem;
  if (code === 'network.no_problem_document') return new AppError('unprocessable', 'cli.refused', `The answer was ${status}.`);
  if (status > 0) return problem;
  const why = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : message;
  return new AppError('unavailable', 'cli.no_answer', `${url} does not answer: ${why}.`);
}
