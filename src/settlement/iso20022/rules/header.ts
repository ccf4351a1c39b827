import type { Tell, FileRule, Rule, RuleOptions } from './rule.ts';

/**
 * Rules about the business application header beside a message. Whoever relays by it trusts it, so what it says is held against
 * who sends and for whom the message is.
 */

type Named = { bic?: string } | undefined;

const from: FileRule = {
  id: 'H01',
  about: 'The header comes from the bank that sends the message, or from one that sends for it.',
  file({ application }, { header: tell }, { isSender }) {
    if (application) checkEnd('from', application.from, { tell, isRight: isSender, code: 'AG01', text: FOREIGN });
  },
};

const to: FileRule = {
  id: 'H02',
  about: 'The header is addressed to the network, or to the bank that the message is for.',
  file({ application }, { header: tell }, { isAddressee }) {
    if (application) checkEnd('to', application.to, { tell, isRight: isAddressee, code: 'RC02', text: ELSEWHERE });
  },
};

const FOREIGN = (bic: string) => `The header is from ${bic}, who does not send this message.`;
const ELSEWHERE = (bic: string) => `${bic} is neither this network nor the bank that the message is for.`;

type Held = { tell: Tell; isRight: RuleOptions['isSender']; code: 'AG01' | 'RC02'; text: (bic: string) => string };

function checkEnd(field: 'from' | 'to', named: Named, { tell, isRight, code, text }: Held): void {
  if (!isRight) return;
  if (named?.bic === undefined) tell('CH21', `${field}.bic`, 'The header names who sends and who is addressed by a BIC.');
  else if (!isRight(named.bic)) tell(code, `${field}.bic`, text(named.bic));
}

export const HEADER_RULES: readonly Rule[] = [from, to];
