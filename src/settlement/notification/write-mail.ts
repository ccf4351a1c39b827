import type { NoticeText } from './notices.ts';

/** How many notices one mail tells of; of the rest it tells the number. */
export const LISTED = 50;

export type Written = { subject: string; plain: string; html: string };

/** A mail of one or several notices, as plain text and as simple HTML. `baseUrl` is where people reach the console; without it there are no links. */
export function writeMail(notices: readonly NoticeText[], baseUrl: string | undefined): Written {
  const listed = notices.slice(0, LISTED);
  const more = notices.length - listed.length;
  const subject = notices.length === 1 ? `Rialto: ${notices[0]!.title}` : `Rialto: ${notices.length} notices`;
  const link = (path: string) => (baseUrl === undefined ? undefined : new URL(path, baseUrl).href);
  const rest = more > 0 ? `And ${more} more; the console has them all.` : undefined;
  const settings = link('/notifications');
  const footer = `You are told this as you have set under Notifications${settings === undefined ? ' in the console' : ''}.`;
  const plain = [
    ...listed.map(({ title, detail, path }) => [title, detail, link(path)].filter(Boolean).join('\n')),
    ...(rest === undefined ? [] : [rest]),
    [footer, settings].filter(Boolean).join('\n'),
  ].join('\n\n');
  const rows = listed.map(({ title, detail, path }) => rowOf(title, detail, link(path))).join('');
  const end =
    settings === undefined ? escape(footer) : `${escape(footer)} <a href="${escape(settings)}" style="color:#5b6472">Change it</a>`;
  const html =
    `<!doctype html><html lang="en"><body style="margin:0;padding:24px;background:#f6f7f9;font:15px/1.5 system-ui,sans-serif;color:#16181d">` +
    `<div style="max-width:560px;margin:0 auto;background:#fff;border:1px solid #e3e6ea;border-radius:10px;padding:8px 24px">` +
    `${rows}${rest === undefined ? '' : `<p style="color:#5b6472">${escape(rest)}</p>`}</div>` +
    `<p style="max-width:560px;margin:12px auto;font-size:13px;color:#5b6472">${end}</p></body></html>`;
  return { subject: oneLine(subject), plain: `${plain}\n`, html };
}

function rowOf(title: string, detail: string, href: string | undefined): string {
  const head = href === undefined ? escape(title) : `<a href="${escape(href)}" style="color:#16181d">${escape(title)}</a>`;
  return `<div style="padding:14px 0;border-bottom:1px solid #eceff2"><strong>${head}</strong><br><span style="color:#5b6472">${escape(detail)}</span></div>`;
}

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => MARKS[mark]!);

/** A header is one line, whatever a host or a BIC holds. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200);
