import { repeated, type Arithmetic } from '../amounts/arithmetic.ts';
import type { Network } from './network.ts';
import type { RiskTable, Tests } from './tests.ts';

/**
 * Balances under the bundles that are taken at the moment, and how many of its tests each participant fails. Taking or giving
 * back a bundle costs a few sums for each leg, whatever the size of the network.
 */
export type Positions<T> = {
  readonly balance: readonly T[];
  /** By participant. It counts only while the participant pays something: to receive hurts nobody. */
  readonly failing: Int32Array;
  take(bundle: number): void;
  giveBack(bundle: number): void;
  /** Puts money into a cell, or takes it out. */
  fund(cell: number, units: T): void;
};

/** Positions before anything is taken. They own the balances handed over from then on. */
export function positionsOf<T>(network: Network<T>, tests: Tests<T>, arithmetic: Arithmetic<T>): Positions<T> {
  const { firstLeg, debtorCell, creditorCell, units, usesLimit, givesBackLimit, priority } = network;
  const { add, subtract } = arithmetic;
  const failing = new Int32Array(network.participants.length);
  const cells = cellTests(network, tests, failing, arithmetic);
  const limits = limitTests(tests, failing, arithmetic);
  const reserves = tests.reserved && reservesOf(tests.reserved, network.classes, arithmetic);

  const pass = (bundle: number, out: Arithmetic<T>['add'], into: Arithmetic<T>['add']) => {
    for (let leg = firstLeg[bundle]!, end = firstLeg[bundle + 1]!; leg < end; leg++) {
      const [from, to, amount] = [debtorCell[leg]!, creditorCell[leg]!, units[leg]!];
      reserves?.use(from, priority[bundle]!, into, amount);
      cells.change(from, out(tests.balance[from]!, amount), reserves?.left(from));
      cells.change(to, into(tests.balance[to]!, amount), reserves?.left(to));
      limits.change(usesLimit[leg]!, into, amount);
      limits.change(givesBackLimit[leg]!, out, amount);
    }
  };
  return {
    balance: tests.balance,
    failing,
    take: (bundle) => pass(bundle, subtract, add),
    giveBack: (bundle) => pass(bundle, add, subtract),
    fund(cell, amount) {
      const floor = tests.sentFloor[cell];
      // Money from outside neither uses up nor gives back what may be sent.
      if (floor !== undefined) tests.sentFloor[cell] = add(floor, amount);
      cells.change(cell, add(tests.balance[cell]!, amount), reserves?.left(cell));
    },
  };
}

/** Counts a test that changes its answer. */
function note(flags: Uint8Array, at: number, fails: boolean, failing: Int32Array, participant: number): void {
  if ((flags[at] === 1) === fails) return;
  flags[at] = fails ? 1 : 0;
  failing[participant]! += fails ? 1 : -1;
}

function cellTests<T>(network: Network<T>, tests: Tests<T>, failing: Int32Array, { add, isLess, zero, units }: Arithmetic<T>) {
  const { balance, floor, sentFloor, risk } = tests;
  const size = network.assets.length;
  const flags = new Uint8Array(balance.length);
  const members = risk && riskTests(risk, network.participants.length, failing);
  const test = (cell: number, reserved: T | undefined) => {
    const [now, sent] = [balance[cell]!, sentFloor[cell]];
    const least = reserved === undefined ? floor[cell]! : add(floor[cell]!, reserved);
    note(flags, cell, isLess(now, least) || (sent !== undefined && isLess(now, sent)), failing, Math.floor(cell / size));
  };
  const change = (cell: number, to: T, reserved: T | undefined) => {
    members?.change(Math.floor(cell / size), cell % size, units(balance[cell]!), units(to));
    balance[cell] = to;
    test(cell, reserved);
  };
  const sumReserved = (cell: number) =>
    tests.reserved?.slice(cell * network.classes, (cell + 1) * network.classes).reduce((sum, one) => add(sum, one), zero);
  for (let cell = 0; cell < balance.length; cell++) {
    members?.change(Math.floor(cell / size), cell % size, 0n, units(balance[cell]!));
    test(cell, sumReserved(cell));
  }
  return { change };
}

function limitTests<T>({ limits }: Tests<T>, failing: Int32Array, { isLess }: Arithmetic<T>) {
  const { participant, limit, netSent } = limits;
  const flags = new Uint8Array(limit.length);
  const test = (at: number) => {
    if (participant[at]! >= 0) note(flags, at, isLess(limit[at]!, netSent[at]!), failing, participant[at]!);
  };
  for (let at = 0; at < limit.length; at++) test(at);
  return {
    change(at: number, sum: Arithmetic<T>['add'], amount: T) {
      if (at < 0) return;
      netSent[at] = sum(netSent[at]!, amount);
      test(at);
    },
  };
}

/** What is still reserved in each cell, after what each class has paid. */
function reservesOf<T>(reserved: readonly T[], classes: number, { add, subtract, isLess, zero }: Arithmetic<T>) {
  const used = repeated(zero, reserved.length);
  const total = Array.from({ length: reserved.length / classes }, (_, cell) =>
    reserved.slice(cell * classes, (cell + 1) * classes).reduce((sum, one) => add(sum, one), zero),
  );
  const rest = (at: number) => (isLess(used[at]!, reserved[at]!) ? subtract(reserved[at]!, used[at]!) : zero);
  return {
    left: (cell: number): T => total[cell]!,
    use(cell: number, priority: number, sum: Arithmetic<T>['add'], amount: T) {
      const at = cell * classes + priority;
      const before = rest(at);
      used[at] = sum(used[at]!, amount);
      total[cell] = add(total[cell]!, subtract(rest(at), before));
    },
  };
}

/** Overall value after haircuts, and all that is short, by member: kept up to date cell by cell. */
function riskTests({ member, aggregateShort, long, short, rate }: RiskTable, participants: number, failing: Int32Array) {
  const worth = repeated(0n, participants);
  const owing = repeated(0n, participants);
  const [worthFlags, owingFlags] = [new Uint8Array(participants), new Uint8Array(participants)];
  const valueOf = (asset: number, units: bigint) => units * (units < 0n ? short : long)[asset]!;
  const shortOf = (asset: number, units: bigint) => (units < 0n ? -units * rate[asset]! : 0n);
  return {
    change(participant: number, asset: number, from: bigint, to: bigint) {
      if (member[participant] === 0) return;
      worth[participant]! += valueOf(asset, to) - valueOf(asset, from);
      owing[participant]! += shortOf(asset, to) - shortOf(asset, from);
      note(worthFlags, participant, worth[participant]! < 0n, failing, participant);
      const most = aggregateShort[participant];
      note(owingFlags, participant, most !== undefined && owing[participant]! > most, failing, participant);
    },
  };
}
