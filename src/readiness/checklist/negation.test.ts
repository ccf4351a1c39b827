import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Comparator } from './checklist.ts';
import { readChecklist } from './read-checklist.ts';
import { thresholdsOf } from './threshold.ts';

const short = (text: string, trigger = false): string =>
  thresholdsOf(text, trigger)
    .thresholds.map(({ op, value, unit, unsure }) => `${op} ${value} ${unit}${unsure ? ' ?' : ''}`)
    .join(' & ');

describe('a negation turns a comparator round', () => {
  test.each([
    // Right in front of it, with any verb of movement between.
    ['Disk must never fall below 20 % free', '>= 20 %'],
    ['Free memory must never drop below 2 GB', '>= 2 GB'],
    ['CPU must not be > 80 %', '<= 80 %'],
    ['CPU must not go above 80 %', '<= 80 %'],
    ['queued jobs may never go > 2 jobs', '<= 2 jobs'],
    ['CPU is never seen above 80 %', '<= 80 %'],
    ['Temperature at no time above 75 °C', '<= 75 °C'],
    ['Under no circumstances more than 5 % errors', '<= 5 %'],
    ['Lag no longer exceeds 5 s', '<= 5 s'],
    ['Not to exceed 5 ppm', '<= 5 ppm'],
    ['Uptime not worse than 99.9 %', '>= 99.9 %'],
    ['Start-up no worse than 4 s', '<= 4 s'],
    ['The primary must not be down for more than 5 minutes', '<= 5 min'],
    ['Pool never less than 3 nodes or more than 9 nodes', '>= 3 nodes & <= 9 nodes'],
    // Of what there may be none.
    ['Nothing older than 30 days', '<= 30 d'],
    ['Replicas never below 3 nor above 9', '>= 3 count & <= 9 count'],
    ['Neither below 3 nor above 9 replicas', '>= 3 count & <= 9 replicas'],
    ['None of the nodes above 80 %', '<= 80 %'],
    ['Not a single error rate above 1 %', '<= 1 %'],
    ['The import has no step longer than 5 s', '<= 5 s'],
    ['No order waits over 5 s', '<= 5 s'],
    ['No drop below 95 %', '>= 95 %'],
    ['Zero requests above 1 s', '<= 1 s'],
    ['Zero pods with more than 3 restarts', '<= 3 restarts'],
    ['0 tickets older than 24 h', '<= 24 h'],
    ['Without any outage over 2 min', '<= 2 min'],
    ['Import runs without exceeding 2 GB', '<= 2 GB'],
    ['No outage for more than 5 minutes', '<= 5 min'],
    // What is to be avoided.
    ['Avoid CPU above 80 %', '<= 80 %'],
    ['Avoid: CPU above 80 %', '<= 80 %'],
    ['Prevent CPU from exceeding 80 %', '<= 80 %'],
    ['Guard against lag > 5 s', '<= 5 s'],
    ['Kept from rising above 70 °C', '<= 70 °C'],
    ['Stop CPU climbing over 80 %', '<= 80 %'],
    ['Free of outages longer than 5 minutes', '<= 5 min'],
    // Behind the number.
    ['Do not run with less than 3 nodes', '>= 3 nodes'],
    ['There are no certificates with less than 30 days left', '>= 30 d'],
    ['Latenz darf 200 ms nie überschreiten', '<= 200 ms'],
    ['Pas de requête au-delà de 2 s', '<= 2 s'],
    ['Latency above 200 ms is not acceptable', '<= 200 ms'],
    ['CPU above 80 % must never happen', '<= 80 %'],
    ['Error rates over 1 % are forbidden', '<= 1 %'],
    // German.
    ['Kein Ausfall länger als 1 h', '<= 1 h'],
    ['Keine Platte unter 20 % frei', '>= 20 %'],
    ['Nichts älter als 30 Tage', '<= 30 d'],
    ['Speicher überschreitet 80 % nicht', '<= 80 %'],
    ['Fehlerrate darf 1 % nicht überschreiten', '<= 1 %'],
    ['Freier Platz darf 20 % nicht unterschreiten', '>= 20 %'],
    ['Auf keinen Fall mehr als 5 % Fehler', '<= 5 %'],
    ['CPU über 80 % ist zu vermeiden', '<= 80 %'],
    // French.
    ['Aucune requête de plus de 2 s', '<= 2 s'],
    ['Sans coupure de plus de 2 minutes', '<= 2 min'],
    ["La latence n'excède jamais 200 ms", '<= 200 ms'],
    ['Le disque libre ne descend jamais sous 20 %', '>= 20 %'],
    ['Éviter une charge supérieure à 80 %', '<= 80 %'],
    ['Une latence supérieure à 200 ms est inacceptable', '<= 200 ms'],
  ])('%s', (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  test.each([
    ['Never deployed without at least 2 approvals', '>= 2 approvals'],
    ['No errors for more than 5 minutes', '> 5 min'],
    ['No errors at more than 500 users', '> 500 users'],
    ['No errors, uptime above 99 %', '> 99 %'],
    ['No errors and latency below 200 ms', '< 200 ms'],
    ['Do not promote until the error rate is below 1 %', '< 1 %'],
    ['Deploys with no downtime in under 5 minutes', '< 5 min'],
    ['Not only below 200 ms', '< 200 ms'],
    ['Zero-downtime deploy in under 5 minutes', '< 5 min'],
    ['Paused campaign stops serving in less than 60 s', '< 60 s'],
    ['No payment lost, not more than 90 s late', '<= 90 s'],
    ['No more than 2 % of calls fail', '<= 2 %'],
  ])('not of another clause, of a condition, or of itself: %s', (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  test.each([
    'Hardly any request over 300 ms',
    'Requests without a token below 1 %',
    'Users who cannot log in below 1 %',
    'Orders not shipped below 1 %',
    'No transfer over 10000 EUR without a second signature',
    'No alarm while the load is above 80 %',
    'Nobody who does not have more than 3 roles',
    'No one except the DBA has sessions over 1 h',
    'No alert fires for more than 10 min',
    'No crash in more than 100 runs',
    'Lack of alerts for 24 hours or more',
    'Stop the rollout above 5 % errors',
    'No errors with latency below 200 ms',
    'Ohne Neustart länger als 24 h',
    'Reject payloads larger than 1 MB',
    'Requests over 5 MB are rejected',
    'Alert when error rate > 5 %',
  ])('where it may be meant either way, that is told: %s', (text) => {
    const { thresholds, guessed } = thresholdsOf(text);
    expect(thresholds).toMatchObject([{ unsure: true }]);
    expect(guessed).toEqual([expect.stringContaining('may turn it round')]);
    expect(readChecklist(Buffer.from(`- [ ] ${text}\n`), 't.md').guessed).toHaveLength(1);
  });

  test('what only tells of which ones a share is, is not sure either', () => {
    expect(short('No more than 1 % of requests take longer than 2 s')).toBe('<= 1 % & > 2 s ?');
    expect(short('No less than 99 % of requests under 200 ms')).toBe('>= 99 % & < 200 ms');
  });

  test('what stands beside a zero is not lost where it may be meant either way', () => {
    expect(short('Zero errors with latency below 200 ms')).toBe('= 0 count & < 200 ms ?');
    expect(short('0 findings with a score of 7 or above left open')).toBe('= 0 count');
  });

  test('a line that is a trigger by its own words is read as one', () => {
    const [item] = readChecklist(Buffer.from('- [ ] Stop if the error rate is above 5 %\n'), 't.md').items;
    expect(item).toMatchObject({ polarity: 'bad_when_true', thresholds: [{ op: '>', value: 5 }] });
    expect(item!.thresholds[0]!.unsure).toBeUndefined();
  });

  test('in a trigger only one right in front of it', () => {
    expect(short('No heartbeat for more than 5 minutes', true)).toBe('> 5 min');
    expect(short('Nothing above 5 requests', true)).toBe('> 5 requests');
    expect(short('The queue does not fall below 100', true)).toBe('>= 100 count');
  });
});

describe('for every comparator, each word of negation gives the opposite', () => {
  const OPPOSITE: Readonly<Record<Comparator, Comparator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '=': '!=', '!=': '=' };
  const LANGUAGES: readonly { negations: readonly string[]; noun: readonly string[]; phrases: readonly string[] }[] = [
    {
      negations: [
        'never',
        'CPU must never be',
        'CPU is not',
        'CPU may not go',
        "CPU doesn't run",
        'nothing',
        'no worker',
        'no worker with',
        'none of the workers',
        'zero workers',
        'without any worker',
        'avoid workers',
        'avoid',
        'prevent workers from being',
        'guard against',
        'free of workers',
        'absence of workers',
        'neither worker',
        'nobody',
        'not a single worker',
        'at no time',
        'under no circumstances',
      ],
      noun: ['s', '%', 'GB', 'users', '°C'],
      phrases: [
        'below',
        'under',
        'above',
        'over',
        'more than',
        'less than',
        'fewer than',
        'at least',
        'at most',
        'longer than',
        'shorter than',
        'older than',
        'slower than',
        'larger than',
        'smaller than',
        'higher than',
        'lower than',
        'exceeding',
        'beyond',
        'in excess of',
        '<',
        '>',
        '<=',
        '≥',
        'less than or equal to',
      ],
    },
    {
      negations: [
        'nie',
        'niemals',
        'CPU ist nicht',
        'CPU liegt nie',
        'nichts',
        'kein Knoten',
        'keine Antwort',
        'niemand',
        'ohne',
        'auf keinen Fall',
        'vermeiden von Lasten',
        'frei von Lasten',
      ],
      noun: ['s', '%', 'GB', 'Tage', 'Fehler'],
      phrases: [
        'unter',
        'über',
        'mehr als',
        'weniger als',
        'mindestens',
        'höchstens',
        'länger als',
        'kürzer als',
        'älter als',
        'größer als',
        'kleiner als',
        'höher als',
        'langsamer als',
      ],
    },
    {
      negations: [
        'jamais',
        'la charge ne doit jamais être',
        'rien',
        'aucune requête',
        'aucun nœud',
        'sans',
        'en aucun cas',
        'éviter une charge',
        'pas une requête',
        'absence de charge',
      ],
      noun: ['s', '%', 'Go', 'erreurs'],
      phrases: [
        'plus de',
        'moins de',
        'au moins',
        'au plus',
        'supérieure à',
        'inférieure à',
        'inférieure ou égale à',
        'supérieure ou égale à',
      ],
    },
  ];
  const opOf = (text: string): { op?: Comparator; sure: boolean } => {
    const [first] = thresholdsOf(text).thresholds;
    return { ...(first && { op: first.op }), sure: first?.unsure === undefined };
  };

  test.each(LANGUAGES.flatMap(({ negations, phrases }) => negations.map((negation) => [negation, phrases] as const)))(
    '%s',
    (negation, phrases) => {
      for (const phrase of phrases) {
        const plain = opOf(`load ${phrase} 5 %`);
        expect([phrase, plain.op]).not.toEqual([phrase, undefined]);
        expect([phrase, opOf(`${negation} ${phrase} 5 %`)]).toEqual([phrase, { op: OPPOSITE[plain.op!], sure: true }]);
      }
    },
  );

  test('with any number and unit, and wherever the clause stands', () => {
    const sentence = fc.constantFrom(...LANGUAGES).chain(({ negations, phrases, noun }) =>
      fc.record({
        negation: fc.constantFrom(...negations),
        phrase: fc.constantFrom(...phrases),
        value: fc.integer({ min: 2, max: 999 }),
        noun: fc.constantFrom(...noun),
        before: fc.constantFrom('', 'Storage: ', 'Tested on the replica; ', 'Errors are counted, '),
      }),
    );
    fc.assert(
      fc.property(sentence, ({ negation, phrase, value, noun, before }) => {
        // `zero workers over 2 s` may say over which time they are counted, and is read so.
        fc.pre(!(/^(?:zero|0) /.test(negation) && phrase === 'over' && noun === 's'));
        const plain = opOf(`load ${phrase} ${value} ${noun}`);
        expect(opOf(`${before}${negation} ${phrase} ${value} ${noun}`).op).toBe(OPPOSITE[plain.op!]);
      }),
      { numRuns: 300 },
    );
  });
});
