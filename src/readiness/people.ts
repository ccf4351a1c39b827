import type { Made } from './key-times.ts';
import type { Signature } from './record/record.ts';

/** Who may sign: an account that proved just now that it is the one (a step-up login), with its roles. */
export type Signer = {
  accountId: string;
  name: string;
  roles: readonly string[];
  /** Signs the canonical JSON of a record's content. */
  sign(content: Uint8Array): Promise<Signature>;
};

/** The accounts behind the signatures: files when stand-alone, the house's users otherwise. */
export type People = {
  /** Whether a signature was made by the account that it names over exactly this content. */
  verify(signature: Signature, content: Uint8Array): Promise<boolean>;
  /** Whether the key of a signature was that of the account when this was made: a former key signs nothing new. */
  keyHeld(signature: Pick<Signature, 'accountId' | 'publicKey'>, made: Made): Promise<boolean>;
};

/** The account of an installation's own key: it signs verdicts that no person asked for, and nothing else. */
export const INSTALLATION_ACCOUNT = 'installation';
