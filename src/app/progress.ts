import type { WriteStream } from 'node:tty';

/** The first administrator of an installation. */
export type Login = { email: string; password: string };

/** Tells a person what is going on: one line that changes on a terminal, plain lines elsewhere. */
export type Progress = {
  step(text: string): void;
  /** A long step, from 0 to 1. */
  part(text: string, done: number): void;
  /** Where the product is, and its first password once. */
  ready(address: string, login?: Login): void;
  /** The first password, when nothing is ready yet. */
  login(login: Login): void;
  fail(text: string): void;
};

const BAR = 24;
/** Without a terminal a long step is told in so many lines. */
const LINES = 4;

export function createProgress(out: Pick<WriteStream, 'write'> & { isTTY?: boolean }): Progress {
  const terminal = out.isTTY === true;
  let lastQuarter = -1;
  const line = (text: string) => out.write(terminal ? `\r\x1b[2K${text}\n` : `${text}\n`);
  return {
    step: (text) => void line(text),
    part(text, done) {
      if (terminal) {
        const filled = Math.round(done * BAR);
        out.write(`\r\x1b[2K${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${text}`);
        if (done >= 1) out.write('\n');
        return;
      }
      const quarter = Math.floor(done * LINES);
      if (quarter !== lastQuarter) line(`${text} (${Math.round(done * 100)} %)`);
      lastQuarter = quarter;
    },
    ready(address, login) {
      line(`\nRialto is ready at ${address}\n${login ? introduction(login) : ''}`);
    },
    login: (login) => void line(introduction(login)),
    fail: (text) => void line(`\n${text}`),
  };
}

/**
 * For machines: lines as without a terminal, while what is ready, the first password with it, is one JSON value on
 * standard output. `tell` writes it.
 */
export function machineProgress(out: Pick<WriteStream, 'write'>, tell: (value: object) => void): Progress {
  const plain = createProgress({ write: out.write.bind(out) });
  return { ...plain, ready: (address, login) => tell({ address, ...(login && { login }) }) };
}

function introduction({ email, password }: Login): string {
  return `\n  Log in as   ${email}\n  Password    ${password}\n\nThe password is shown this once. Change it after logging in.\n`;
}
