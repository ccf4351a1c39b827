import { Fragment, useState, type FormEvent } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { getLiquidityPolicy, setLiquidityPolicy } from '../../../src/settlement/liquidity/contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { TextArea } from '../ui/field.tsx';
import { count, moneyShort, percent } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card } from '../ui/layout.tsx';
import { Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Policy = WireOutput<typeof getLiquidityPolicy>['policy'];

const CONDITIONS: { [K in keyof Policy['rules'][number]['when']]-?: (value: NonNullable<Policy['rules'][number]['when'][K]>) => string } = {
  priorities: (all) => `asked for as ${all.join(' or ')}`,
  bands: (bands) =>
    bands
      .map(({ asset, minUnits, maxUnits }) => {
        const [from, to] = [minUnits && moneyShort(asset, minUnits), maxUnits && moneyShort(asset, maxUnits)];
        return `${codeOf(asset)} ${from && to ? `${from} to ${to}` : from ? `from ${from}` : to ? `up to ${to}` : 'of any amount'}`;
      })
      .join(', '),
  valueDate: (when) => (when === 'later' ? 'value date to come' : 'value date has come'),
  leftBpsAtLeast: (bps) => `at least ${percent(bps / 10_000, 0)} of the free money is left`,
  leftBpsBelow: (bps) => `less than ${percent(bps / 10_000, 0)} of the free money would be left`,
  inflowCovers: (yes) => (yes ? 'this hour’s income covers it, nine times in ten' : 'this hour’s income does not cover it'),
  senderQueues: (yes) => (yes ? 'the bank has something waiting' : 'the bank has nothing waiting'),
};

const ROUTE_TONES = { instant: 'good', queue: 'warn', window: 'calm' } as const;

/** The rules in force, in their order, in words. */
export function RoutingRules({ className }: { className: string }) {
  const allowed = useAllowed();
  const isMember = useLogin().user.memberId !== undefined;
  const asked = useOperation(getLiquidityPolicy, {});
  const standing = asked.data;
  return (
    <Card
      title="Which way payments go"
      aside={standing && (standing.version === 0 ? 'no rules set' : `version ${standing.version}`)}
      className={className}
    >
      {asked.error && !standing && <Failure problem={asked.error} retry={() => void asked.refetch()} />}
      {!standing && !asked.error && <Skeleton className="mx-4 mb-4 h-40" />}
      {standing && (
        <>
          <ol className="px-4">
            {standing.policy.rules.map((rule, i) => (
              <RuleLine key={rule.name} number={String(i + 1)} name={rule.name} route={rule.route} when={rule.when} />
            ))}
            <RuleLine number="–" name="Everything else" route={standing.policy.otherwise} />
          </ol>
          <div className="flex flex-wrap items-end justify-between gap-3 px-4 pt-2 pb-4">
            <p className="text-xs text-ink-2">
              Without cover a payment{' '}
              {standing.policy.withoutCover === 'queue'
                ? `waits, up to ${standing.policy.queueMinutes} minutes and not beyond its day`
                : 'is rejected'}
              {'. '}
              The largest set is looked for every {standing.policy.loopSeconds} s, or when {count(standing.policy.loopQueued)} wait.
            </p>
            {allowed(setLiquidityPolicy) && !isMember && <EditRules policy={standing.policy} />}
          </div>
        </>
      )}
    </Card>
  );
}

type LineProps = { number: string; name: string; route: Policy['otherwise']; when?: Policy['rules'][number]['when'] };

function RuleLine({ number, name, route, when = {} }: LineProps) {
  const words = Object.entries(when).flatMap(([key, value]) => {
    const say = CONDITIONS[key as keyof typeof CONDITIONS] as ((value: unknown) => string) | undefined;
    return value === undefined || !say ? [] : [say(value)];
  });
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 last:border-0">
      <span className="num w-4 text-xs text-ink-3">{number}</span>
      <span className="min-w-0 flex-1">
        <span className="block text-sm font-medium">{name}</span>
        <span className="block text-xs text-ink-2">
          {words.map((text, i) => (
            <Fragment key={text}>
              {i > 0 && <span className="text-ink-3"> and </span>}
              {text}
            </Fragment>
          ))}
        </span>
      </span>
      <Badge tone={ROUTE_TONES[route]}>{route === 'instant' ? 'at once' : route}</Badge>
    </li>
  );
}

/** Rules are data; who keeps them edits the data. */
function EditRules({ policy }: { policy: Policy }) {
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState<string | undefined>();
  const put = useCommand(setLiquidityPolicy, ({ version }) => {
    setOpen(false);
    toast(`Version ${version} is in force`);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event)('policy');
    try {
      setBroken(undefined);
      put.mutate({ policy: JSON.parse(text) as Policy });
    } catch (error) {
      setBroken(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>Edit the rules</Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        wide
        title="Rules"
        lead="The first rule of which everything holds decides. They count for payments that come from now on."
      >
        <form onSubmit={submit} className="mt-2 space-y-4">
          <TextArea
            label="Policy"
            name="policy"
            required
            rows={18}
            spellCheck={false}
            className="font-mono"
            defaultValue={JSON.stringify(policy, null, 2)}
            error={broken}
          />
          <ProblemNote problem={put.error} />
          <FormButtons close={() => setOpen(false)} act="Put in force" busy={put.isPending} />
        </form>
      </Modal>
    </>
  );
}
