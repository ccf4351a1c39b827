import { createTransport } from 'nodemailer';
import type { Uuid } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import type { Finding } from '../module.ts';
import { LANES } from './deliver.ts';

/** A mail as it is handed over. */
export type Letter = { id: Uuid; recipient: string; subject: string; plain: string; html: string };

/** `refused` is the server's last word (5xx): trying again would not help. */
export type Handed = { ok: true } | { ok: false; refused: boolean; error: string };

export type Mailer = {
  /** Hands one mail over; never throws. */
  send(letter: Letter): Promise<Handed>;
  /** Whether the server answers and lets us in; sends nothing and never throws. */
  check(): Promise<Finding>;
  close(): void;
};

/** From where mail goes out: `smtp://user:password@host:port` or `smtps://…`, and who it is from. */
export type MailSettings = { url: Secret; from: string };

const TIMEOUT_MS = 20_000;
/** Our own login is missing, too weak or refused (RFC 4954 §6), which says nothing about a mail and will be put right. */
const OURS: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/** Hands mail to an SMTP server, over few connections that are kept for a while. */
export function createMailer({ url, from }: MailSettings): Mailer {
  const transport = createTransport({
    url: url.reveal(),
    pool: true,
    maxConnections: LANES,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@>\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, recipient, subject, plain, html }) {
      try {
        await transport.sendMail({
          from,
          to: recipient,
          subject,
          text: plain,
          html,
          // The same at every try, so that whoever gets it twice can tell.
          messageId: `<${id}@${domain}>`,
          headers: { 'auto-submitted': 'auto-generated' },
        });
        return { ok: true };
      } catch (error) {
        const { responseCode, response, code, message } = error as {
          responseCode?: number;
          response?: string;
          code?: string;
          message?: string;
        };
        const text = response ?? code ?? message ?? 'it could not be handed over';
        const refused = responseCode !== undefined && responseCode >= 500 && !OURS.has(responseCode);
        return { ok: false, refused, error: text.slice(0, 500) };
      }
    },
    check: () =>
      transport.verify().then(
        () => ({ ok: true, detail: 'the server takes mail' }),
        (error: { response?: string; code?: string }) => ({ ok: false, detail: error.response ?? error.code ?? 'does not answer' }),
      ),
    close: () => transport.close(),
  };
}
