import { useMutation } from '@tanstack/react-query';
import type { Problem, WireOutput } from '../../../src/base/client.ts';
import { getSetOffFile, getSetOffPart, type getSetOffRound } from '../../../src/settlement/obligation/round-contract.ts';
import { useLogin } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { addUpRound, type RoundSums } from '../api/set-off-check.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count, money } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { PublishedFile, publishedName } from './published-file.tsx';

type Round = WireOutput<typeof getSetOffRound>;

/** Fetches the published file of a round. */
export function SetOffFile({ id, number }: Pick<Round, 'id' | 'number'>) {
  return (
    <PublishedFile
      name={`set-off-${number}`}
      command="rialto settlement verify-set-off"
      fetch={(isBank) => (isBank ? fetchFile(getSetOffPart, { id }) : fetchFile(getSetOffFile, { id }))}
    />
  );
}

/** Why nothing else could have cleared more, and how anybody can see for themselves. */
export function SetOffCertificate({ round }: { round: Round }) {
  const isBank = useLogin().user.memberId !== undefined;
  const command = `rialto settlement verify-set-off ${publishedName(`set-off-${round.number}`, isBank)} --root ${round.root}`;
  return (
    <Card title="Certificate" aside={isBank ? undefined : 'optimal'}>
      <div className="space-y-3 px-4 pb-4 text-sm">
        <p>
          {isBank
            ? 'Your part of the file shows each of your obligations, what was cleared of it, and that it stands under the root that every bank was told.'
            : 'Every bank has a price in the certificate. Whatever the prices are, no set-off can clear more than they allow; with these they allow exactly what was cleared, so nothing else could have cleared more.'}
        </p>
        {!isBank && <CheckHere round={round} />}
        <div>
          <p className="text-xs text-ink-3">Check the file anywhere, without this installation</p>
          <p className="mt-1 rounded-lg bg-sunken px-3 py-2">
            <Copyable text={command} whole label="command" />
          </p>
        </div>
      </div>
    </Card>
  );
}

/** Adds the published file up in this browser: not as the server says, but as the arithmetic does. */
function CheckHere({ round }: { round: Round }) {
  const checking = useMutation<RoundSums, Problem>({
    mutationFn: async () => addUpRound(await (await fetchFile(getSetOffFile, { id: round.id })).text(), round),
  });
  return (
    <div className="space-y-2" aria-live="polite">
      {checking.data ? <Checked round={round} sums={checking.data} /> : null}
      <ProblemNote problem={checking.error} />
      {!checking.data && (
        <Button icon="check" busy={checking.isPending} onClick={() => checking.mutate()}>
          Check it in this browser
        </Button>
      )}
    </div>
  );
}

function Checked({ round: { asset, order }, sums }: { round: Round; sums: RoundSums }) {
  if (sums.problem !== undefined) {
    return (
      <p className="flex gap-2 text-bad">
        <Icon name="warning" className="mt-0.5" /> It does not hold: {sums.problem}. Do not trust this round.
      </p>
    );
  }
  const worth = order === 'amount' ? money(asset, sums.worth.toString()) : `${money(asset, sums.worth.toString())} by weight`;
  return (
    <p className="flex gap-2 text-good">
      <Icon name="check" className="mt-0.5" />
      <span>
        Checked here: the prices allow {worth} of these {count(sums.obligations)} obligations, and as much was cleared.
      </span>
    </p>
  );
}
