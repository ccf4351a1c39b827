import { readFileSync, writeFileSync } from 'node:fs';
import { printProto } from '../../infra/grpc/print.ts';
import { shapesOf, type Numbers } from '../../infra/grpc/shapes.ts';
import { settlementApi } from './plan.ts';

const NUMBERS = new URL('numbers.json', import.meta.url);
const PROTO = new URL('settlement.proto', import.meta.url);

/** Numbers of fields, kept with the source since clients that are out there know messages by them. */
export const settlementNumbers = (): Numbers => JSON.parse(readFileSync(NUMBERS, 'utf8')) as Numbers;

/** The proto file and the numbers as the contracts have them now, and as they are kept. */
export function generated(): { proto: string; numbers: string; kept: { proto: string; numbers: string } } {
  const { api, numbers } = shapesOf(settlementApi, settlementNumbers(), { grow: true });
  const kept = { proto: readFileSync(PROTO, 'utf8'), numbers: readFileSync(NUMBERS, 'utf8') };
  return { proto: printProto(api), numbers: `${JSON.stringify(numbers, null, 2)}\n`, kept };
}

/** Keeps them as they are now. */
export function keepGenerated(): void {
  const { proto, numbers } = generated();
  writeFileSync(PROTO, proto);
  writeFileSync(NUMBERS, numbers);
}
