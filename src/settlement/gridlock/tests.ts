import { repeated, type Arithmetic } from '../amounts/arithmetic.ts';
import type { GridlockInput } from './bundle.ts';
import type { Network } from './network.ts';

/** What every cell, bilateral limit and member is held against, by number. */
export type Tests<T> = {
  balance: T[];
  /** Least balance that lines and short limits allow, reservations not counted. */
  floor: T[];
  /** Least balance that the net sender limit allows; undefined when there is none. */
  sentFloor: (T | undefined)[];
  /** By cell × classes + class; undefined when nobody reserved anything. */
  reserved: T[] | undefined;
  limits: { participant: Int32Array; limit: T[]; netSent: T[] };
  risk: RiskTable | undefined;
};

/** By participant, undefined for who is not a member; weights of a long and a short unit by asset. */
export type RiskTable = {
  member: Uint8Array;
  aggregateShort: (bigint | undefined)[];
  long: bigint[];
  short: bigint[];
  rate: bigint[];
};

const FULL_BPS = 10_000n;

/** Numbers balances and limits. Throws RangeError for an account that occurs twice, a negative line, reservation or limit, and a missing rate. */
export function testsOf<T>(input: GridlockInput, network: Network<T>, { of, zero }: Arithmetic<T>): Tests<T> {
  const { participants, assets, classes } = network;
  const cells = participants.length * assets.length;
  const who = new Map(participants.map((id, i) => [id, i]));
  const cellOf = (participantId: string, asset: string) => who.get(participantId)! * assets.length + assets.indexOf(asset);
  const tests: Tests<T> = {
    balance: repeated(zero, cells),
    floor: repeated(zero, cells),
    sentFloor: repeated(undefined, cells),
    reserved: input.accounts.some(({ reserved = [] }) => reserved.length > 0) ? repeated(zero, cells * classes) : undefined,
    limits: limitsOf(input, who, of),
    risk: riskTableOf(input, network, who),
  };
  const seen = new Set<number>();
  for (const account of input.accounts) {
    const cell = cellOf(account.participantId, account.asset);
    if (seen.has(cell)) throw new RangeError(`participant ${account.participantId} has two accounts in ${account.asset}`);
    seen.add(cell);
    const { balance, creditLine = 0n, reserved = [], netSent = 0n, netSenderLimit } = account;
    if ([creditLine, netSenderLimit ?? 0n, ...reserved].some((units) => units < 0n))
      throw new RangeError(`participant ${account.participantId} has a line, a limit or a reservation below zero in ${account.asset}`);
    tests.balance[cell] = of(balance);
    tests.floor[cell] = of(-creditLine);
    if (netSenderLimit !== undefined) tests.sentFloor[cell] = of(balance + netSent - netSenderLimit);
    reserved.forEach((units, p) => (tests.reserved![cell * classes + p] = of(units)));
  }
  applyShortLimits(input, tests, cellOf, of);
  return tests;
}

/** A short limit stands in for a credit line where none is agreed; of both the tighter counts. */
function applyShortLimits<T>(
  { risk, accounts }: GridlockInput,
  tests: Tests<T>,
  cellOf: (participantId: string, asset: string) => number,
  of: (units: bigint) => T,
): void {
  const lines = new Map(accounts.map(({ participantId, asset, creditLine }) => [`${participantId} ${asset}`, creditLine]));
  for (const { participantId, shortLimits } of risk?.members ?? []) {
    for (const [asset, limit] of shortLimits ?? []) {
      if (limit < 0n) throw new RangeError(`participant ${participantId} has a short limit below zero in ${asset}`);
      const line = lines.get(`${participantId} ${asset}`);
      if (line === undefined || limit < line) tests.floor[cellOf(participantId, asset)] = of(-limit);
    }
  }
}

function limitsOf<T>({ bilateralLimits = [] }: GridlockInput, who: ReadonlyMap<string, number>, of: (units: bigint) => T) {
  for (const { participantId, limit } of bilateralLimits) {
    if (limit < 0n) throw new RangeError(`participant ${participantId} has a bilateral limit below zero`);
  }
  return {
    // Whoever has a limit but neither an account nor a bundle pays nothing, so its limit is never looked at.
    participant: Int32Array.from(bilateralLimits, ({ participantId }) => who.get(participantId) ?? -1),
    limit: bilateralLimits.map(({ limit }) => of(limit)),
    netSent: bilateralLimits.map(({ netSent = 0n }) => of(netSent)),
  };
}

function riskTableOf<T>({ risk }: GridlockInput, { participants, assets }: Network<T>, who: ReadonlyMap<string, number>) {
  if (!risk) return undefined;
  const table: RiskTable = {
    member: new Uint8Array(participants.length),
    aggregateShort: participants.map(() => undefined),
    long: [],
    short: [],
    rate: [],
  };
  for (const asset of assets) {
    const [rate, haircutBps] = [risk.rates.get(asset), risk.haircutsBps?.get(asset) ?? 0];
    if (rate === undefined || rate < 0n) throw new RangeError(`there is no rate for ${asset}`);
    if (!Number.isInteger(haircutBps) || haircutBps < 0 || haircutBps > Number(FULL_BPS))
      throw new RangeError(`the haircut of ${asset} is ${haircutBps}`);
    table.rate.push(rate);
    table.long.push(rate * (FULL_BPS - BigInt(haircutBps)));
    table.short.push(rate * (FULL_BPS + BigInt(haircutBps)));
  }
  for (const { participantId, aggregateShort } of risk.members) {
    table.member[who.get(participantId)!] = 1;
    table.aggregateShort[who.get(participantId)!] = aggregateShort;
  }
  return table;
}
