/** What a window file is held against, in the words of the settlement notes; `FORM` and `FINAL` are the file's own. */
export const CHECKS = {
  FORM: 'The file is whole, and written in the one way there is.',
  N1: 'Net positions add up to zero in each currency.',
  N2: 'Every obligation is in the window once, and in the range that the window holds of its currency.',
  N3: 'The input is the one whose Merkle root was published at cut-off, before there was a result.',
  N4: 'Positions follow from the obligations.',
  N5: 'What a participant is told to pay or receive is its position.',
  N6: 'Funding is half the sum of all positions: the least with which everything can be discharged.',
  N7: 'What a participant owes and is owed pair by pair adds up to its position.',
  N8: 'No currency is mixed with another.',
  N9: 'The order of the input does not matter.',
  N10: 'Adding obligations one at a time comes to the same as netting them at once.',
  N11: 'Netting pair by pair never needs less.',
  FINAL: 'The window became final after its result, with the transfers that its positions ask for.',
} as const;
export type CheckId = keyof typeof CHECKS;

/** One check: what it says, whether it holds, and what was found in words. `findings` are empty unless it fails. */
export type Check<Id extends string = CheckId> = {
  id: Id;
  says: string;
  result: 'holds' | 'fails' | 'not_checked';
  found: string;
  findings: string[];
};

/** Findings of one check that are kept; of more only the number is told. */
const MOST_KEPT = 20;

/** Collects what contradicts the checks while a file is read. */
export type Findings<Id extends string = CheckId> = {
  note(id: Id, text: string): void;
  /** Notes the text unless the claim holds. */
  hold(id: Id, claim: boolean, text: () => string): void;
  has(id: Id): boolean;
  /** The checks in their order; `found` says what a check that holds was held against, or why it could not be. */
  checks(found: Readonly<Record<Id, { text: string; skipped?: boolean }>>): Check<Id>[];
};

/** `says` are the checks of a file in their order, in words. */
export function createFindings<Id extends string>(says: Readonly<Record<Id, string>>): Findings<Id> {
  const kept = new Map<Id, { texts: string[]; total: number }>();
  const note = (id: Id, text: string) => {
    const of = kept.get(id) ?? { texts: [], total: 0 };
    kept.set(id, of);
    of.total++;
    if (of.texts.length < MOST_KEPT) of.texts.push(text);
  };
  return {
    note,
    hold(id, claim, text) {
      if (!claim) note(id, text());
    },
    has: (id) => kept.has(id),
    checks: (found) =>
      (Object.keys(says) as Id[]).map((id): Check<Id> => {
        const of = kept.get(id);
        if (of) {
          const more = of.total > of.texts.length ? [`and ${of.total - of.texts.length} more`] : [];
          return { id, says: says[id], result: 'fails', found: `${of.total} contradiction(s)`, findings: [...of.texts, ...more] };
        }
        const { text, skipped } = found[id];
        return { id, says: says[id], result: skipped ? 'not_checked' : 'holds', found: text, findings: [] };
      }),
  };
}
