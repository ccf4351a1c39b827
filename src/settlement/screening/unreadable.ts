import { wordsOf } from './normalise.ts';

/**
 * The ISO 20022 reason (ExternalStatusReason1Code) for an order that is refused with `settlement.name_unreadable`: BE08 or
 * BE22 when the debtor's or the creditor's name is nothing but marks, which is no name; RR10 when it has letters that no
 * table of scripts reads. Undefined when both names can be read.
 */
export function unreadableReason({
  debtor,
  creditor,
}: {
  debtor: { name: string };
  creditor: { name: string };
}): 'BE08' | 'BE22' | 'RR10' | undefined {
  const parties = [
    ['BE08', debtor.name],
    ['BE22', creditor.name],
  ] as const;
  const found = parties.find(([, name]) => wordsOf(name).length === 0);
  if (!found) return undefined;
  return /[\p{L}\p{N}]/u.test(found[1]) ? 'RR10' : found[0];
}
