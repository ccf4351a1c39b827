import { codeOf } from '../../../src/base/money.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Select } from '../ui/field.tsx';
import { useFilters } from './filters.tsx';

/** One of a filter's choices: what the address holds, and what people read. */
export type Choice = { value: string; text: string };

/** A filter that is chosen from a list and kept in the address under `name`; `all` says what no choice means. */
export function Choose(props: { name: string; label: string; all: string; choices: readonly Choice[]; wide?: boolean }) {
  const { name, label, all, choices, wide = false } = props;
  const [search, set] = useFilters();
  const kept = search[name];
  return (
    <Select
      aria-label={label}
      value={kept ?? ''}
      onChange={(event) => set({ [name]: event.target.value })}
      className={`${wide ? 'sm:max-w-52 ' : ''}max-sm:basis-[calc(50%-0.25rem)]`}
    >
      <option value="">{all}</option>
      {withKept(choices, kept).map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </Select>
  );
}

/** A kept choice stays visible while the choices load. */
function withKept(choices: readonly Choice[], kept: string | undefined): readonly Choice[] {
  if (!kept || choices.some(({ value }) => value === kept)) return choices;
  return [{ value: kept, text: kept }, ...choices];
}

/** Words as they stand, each its own value. */
export const wordChoices = (words: readonly string[]): Choice[] => words.map((word) => ({ value: word, text: word }));

export const currencyChoices = (assets: readonly string[]): Choice[] => assets.map((asset) => ({ value: asset, text: codeOf(asset) }));

/** The filter by currency: those that any participant holds. */
export function ChooseCurrency() {
  const [{ asset: kept }] = useFilters();
  const held = useParticipants().flatMap((bank) => bank.accounts.map((account) => account.asset));
  const assets = [...new Set(kept ? [kept, ...held] : held)].toSorted();
  return <Choose name="asset" label="Currency" all="All currencies" choices={currencyChoices(assets)} />;
}

/** The filter by participant, under the name that the operation has for it; `all` says what no choice means. */
export function ChooseParticipant({ name, all = 'All participants' }: { name: string; all?: string }) {
  const choices = useParticipants().map((bank) => ({ value: bank.id, text: bank.name }));
  return <Choose name={name} label="Participant" all={all} choices={choices} wide />;
}

function useParticipants() {
  const allowed = useAllowed();
  const asked = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) });
  return asked.data?.items ?? [];
}
