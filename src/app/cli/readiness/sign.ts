import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { roleAsked, signOff } from '../../../readiness/gate/sign.ts';
import { withdraw } from '../../../readiness/gate/withdraw.ts';
import type { RecordStore } from '../../../readiness/record/record.ts';
import type { AddCommand } from '../readiness.ts';
import { act, type ActOptions } from './act.ts';
import { withWork } from './run.ts';
import { withSigner } from './signer.ts';
import { lineNamed } from './workspace.ts';

type SignOptions = ActOptions & { role?: string; statement: string; evidence?: string };

/** `rialto readiness sign`: a person's signature for a line that people decide. */
export function addSign(parent: Command, command: AddCommand): void {
  const signing = command<[string, string, SignOptions]>(
    parent,
    'sign <checklist> <line>',
    'sign a line that a person decides, named by its identity, its beginning, or :NUMBER of its line',
    (output, file, line, options) =>
      act(output, file, options, async (standing, signer, { store }) => {
        const lineId = lineNamed(standing, line);
        const role = options.role ?? roleAsked(standing.ground, lineId);
        const wanted = { lineId, role, statement: options.statement };
        // Refused before anything is kept as evidence.
        const body = await signOff(standing.ground, wanted, signer);
        if (options.evidence === undefined) return body;
        return await signOff(standing.ground, { ...wanted, evidence: await keep(store, options.evidence) }, signer);
      }),
  );
  withWork(withSigner(signing))
    .option('--role <role>', 'in which role; the one that the line asks for unless told')
    .requiredOption('--statement <words>', 'what was seen and is answered for')
    .option('--evidence <file>', 'what there is to show for it; kept with the records');
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};
const MOST_BYTES = 32 << 20;

async function keep(store: RecordStore, file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('unprocessable', 'readiness.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
  });
  if (bytes.length > MOST_BYTES)
    throw new AppError('too_large', 'readiness.evidence_too_large', `Evidence may have ${MOST_BYTES} bytes, this has ${bytes.length}.`);
  return await store.putEvidence(bytes, MEDIA_TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream');
}

/** `rialto readiness withdraw`: takes back a signature, a waiver, an approval or a plan. */
export function addWithdraw(parent: Command, command: AddCommand): void {
  const withdrawing = command<[string, string, ActOptions & { reason: string }]>(
    parent,
    'withdraw <checklist> <record>',
    'take back what was signed, by its number in the log',
    (output, file, record, options) =>
      act(output, file, options, ({ entries, ground }, signer) =>
        withdraw(
          { ...ground, withdrawn: ground.records.withdrawn, records: entries },
          { record: Number(record), reason: options.reason },
          signer,
        ),
      ),
  );
  withWork(withSigner(withdrawing)).requiredOption('--reason <words>', 'why');
}
