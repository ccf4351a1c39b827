import { codeOf } from '../../../src/base/money.ts';
import { toDecimalText } from '../../../src/base/money.ts';
import type { WireInput } from '../../../src/base/client.ts';
import type { proposeLimits } from '../../../src/settlement/risk/contract.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { readAmount } from './read-amount.ts';

export type Line = WireInput<typeof proposeLimits>['lines'][number];

/** A line as it is typed: amounts as people write them, empty for no limit. */
export type DraftLine = {
  participant: string;
  asset: string;
  netSenderCap: string;
  bilateral: string;
  perPayment: string;
  perDay: string;
  percent: string;
  rest: Line;
};

type Bank = { id: string; name: string; accounts: readonly { asset: string }[] };

const shown = (asset: string, units: string | undefined) =>
  units === undefined ? '' : toDecimalText({ asset, units: BigInt(units) }).replace(/\.0+$/, '');

/** A line of a set as something to edit; caps on named counterparties stay as they are. */
export function draftOf(line: Line): DraftLine {
  const { asset } = line;
  return {
    participant: line.participant,
    asset,
    netSenderCap: shown(asset, line.netSenderCap),
    bilateral: shown(asset, line.bilateralCaps?.find(({ counterparty }) => counterparty === '*')?.cap),
    perPayment: shown(asset, line.perPayment),
    perDay: shown(asset, line.perDay),
    percent: line.concentration ? String(line.concentration.percent) : '',
    rest: line,
  };
}

/** The line that a draft comes to; undefined where an amount cannot be read. */
export function lineOf(draft: DraftLine): Line | undefined {
  const { participant, asset } = draft;
  const units = (text: string) => {
    if (text.trim() === '') return undefined;
    const read = readAmount(asset, text);
    return 'units' in read ? read.units : null;
  };
  const [netSenderCap, bilateral, perPayment, perDay] = [draft.netSenderCap, draft.bilateral, draft.perPayment, draft.perDay].map(units);
  if ([netSenderCap, bilateral, perPayment, perDay].includes(null)) return undefined;
  const percent = draft.percent.trim() === '' ? undefined : Number(draft.percent);
  if (percent !== undefined && !(percent > 0 && percent <= 100)) return undefined;
  const named = draft.rest.bilateralCaps?.filter(({ counterparty }) => counterparty !== '*') ?? [];
  const caps = [...named, ...(bilateral ? [{ counterparty: '*' as const, cap: bilateral }] : [])];
  return {
    participant,
    asset,
    ...(netSenderCap && { netSenderCap }),
    ...(caps.length > 0 && { bilateralCaps: caps }),
    ...(perPayment && { perPayment }),
    ...(perDay && { perDay }),
    ...(percent !== undefined && { concentration: { percent, from: draft.rest.concentration?.from ?? '0' } }),
  };
}

const FIELDS = [
  ['netSenderCap', 'Owed to all', 'Most that it may owe the network and that is not final yet'],
  ['bilateral', 'Owed to one', 'Most that it may owe any one other and that is not final yet'],
  ['perPayment', 'One payment', 'Most in one payment'],
  ['perDay', 'A day', 'Most that it may send in a day'],
  ['percent', 'To one, %', 'Largest part of what it sends in a window that may go to one other'],
] as const;

type Props = { lines: readonly DraftLine[]; banks: readonly Bank[]; disabled: boolean; onLines: (lines: DraftLine[]) => void };

/** Limits, one line for a participant and currency. */
export function LimitEditor({ lines, banks, disabled, onLines }: Props) {
  const assets = [...new Set(banks.flatMap((bank) => bank.accounts.map(({ asset }) => asset)))].sort();
  const change = (at: number, patch: Partial<DraftLine>) =>
    onLines(lines.map((line, index) => (index === at ? { ...line, ...patch } : line)));
  const add = () => {
    const taken = new Set(lines.map((line) => `${line.participant} ${line.asset}`));
    const asset = assets.find((one) => !taken.has(`* ${one}`)) ?? assets[0] ?? 'EUR/2';
    onLines([...lines, draftOf({ participant: '*', asset })]);
  };
  return (
    <div>
      {lines.length === 0 ? (
        <p className="border-t border-line px-4 py-8 text-center text-sm text-ink-2">No limits. Whatever is covered goes through.</p>
      ) : (
        <Scroll label="Limits" className="relative">
          <table aria-label="Limits" className="w-full min-w-176 text-sm">
            <thead>
              <tr className="text-left text-xs text-ink-3">
                <th className="py-2 pl-4 font-medium">Participant</th>
                <th className="px-2 font-medium">Currency</th>
                {FIELDS.map(([name, head, title]) => (
                  <th key={name} className="px-2 font-medium whitespace-nowrap" title={title}>
                    {head}
                  </th>
                ))}
                <th>
                  <span className="sr-only">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line, at) => (
                <tr key={at} className="border-t border-line">
                  <td className="py-1.5 pl-4">
                    <Select
                      aria-label="Participant"
                      value={line.participant}
                      disabled={disabled}
                      className="w-44"
                      onChange={(event) => change(at, { participant: event.target.value })}
                    >
                      <option value="*">{lines.some((one) => one.participant !== '*') ? 'Everyone else' : 'Everyone'}</option>
                      {banks.map((bank) => (
                        <option key={bank.id} value={bank.id}>
                          {bank.name}
                        </option>
                      ))}
                    </Select>
                  </td>
                  <td className="px-2">
                    <Select
                      aria-label="Currency"
                      value={line.asset}
                      disabled={disabled}
                      className="w-20"
                      onChange={(event) => change(at, { asset: event.target.value })}
                    >
                      {[...new Set([line.asset, ...assets])].map((asset) => (
                        <option key={asset} value={asset}>
                          {codeOf(asset)}
                        </option>
                      ))}
                    </Select>
                  </td>
                  {FIELDS.map(([name, head]) => (
                    <td key={name} className="px-2">
                      <Cell
                        label={head}
                        asset={line.asset}
                        name={name}
                        text={line[name]}
                        disabled={disabled}
                        onText={(text) => change(at, { [name]: text })}
                      />
                    </td>
                  ))}
                  <td className="pr-3 text-right">
                    {!disabled && (
                      <IconButton label="Remove the line" icon="close" onClick={() => onLines(lines.filter((_, index) => index !== at))} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {!disabled && (
        <div className="border-t border-line px-3 py-2">
          <Button tone="quiet" icon="plus" onClick={add}>
            Add a line
          </Button>
        </div>
      )}
    </div>
  );
}

function Cell({
  label,
  asset,
  name,
  text,
  disabled,
  onText,
}: {
  label: string;
  asset: string;
  name: string;
  text: string;
  disabled: boolean;
  onText: (text: string) => void;
}) {
  const isWrong =
    text.trim() !== '' && (name === 'percent' ? !(Number(text) > 0 && Number(text) <= 100) : 'error' in readAmount(asset, text));
  return (
    <input
      aria-label={label}
      aria-invalid={isWrong}
      inputMode="decimal"
      autoComplete="off"
      disabled={disabled}
      value={text}
      placeholder="–"
      onChange={(event) => onText(event.target.value)}
      className={`control num w-full min-w-20 text-right ${isWrong ? 'border-bad' : ''} ${name === 'percent' ? 'max-w-16' : 'max-w-32'}`}
    />
  );
}
