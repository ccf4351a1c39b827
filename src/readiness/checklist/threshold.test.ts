import { describe, expect, test } from 'vitest';
import type { Threshold } from './checklist.ts';
import { describeThreshold } from './describe.ts';
import { thresholdsOf } from './threshold.ts';

const short = ({ op, value, unit, percentile, relative, forMs, overMs }: Threshold): string => {
  const held = [forMs === undefined ? '' : `for ${forMs / 1000}s`, overMs === undefined ? '' : `over ${overMs / 1000}s`];
  const parts = [op, String(value), unit, percentile === undefined ? '' : `p${percentile}`, relative ?? '', ...held];
  return parts.filter((part) => part !== '').join(' ');
};
const read = (text: string, trigger = false): string => thresholdsOf(text, trigger).thresholds.map(short).join(' & ');

test.each([
  ['Node 20.10+ on every host', 'Node 20.10+'],
  ['PostgreSQL >= 17.10', 'PostgreSQL 17.10+'],
  ['Helm > 3.10', 'Helm > 3.10'],
  ['nginx 1.30.10 or newer', 'nginx >= 1.30.10'],
  ['Redis 7+', 'Redis 7+'],
])('a version is told as it is written: %s', (text, told) => {
  const [threshold] = thresholdsOf(text, false).thresholds;
  expect(threshold?.text).toBe(told);
  expect(describeThreshold(threshold!)).toBe(told);
});

describe('one grammar for all the ways in which people write a demand on a number', () => {
  test.each([
    ['signs', 'Queue time ≤ 40 ms', '<= 40 ms'],
    ['no space at all', 'errors<0.2%', '< 0.2 %'],
    ['a plus behind the number', '1200+ sessions', '>= 1200 sessions'],
    ['a plus behind the unit', '99.95%+ availability', '>= 99.95 %'],
    ['a unit glued to the number', '24GB+ memory', '>= 24 GB'],
    ['a word in front', 'Minimum 4 brokers', '>= 4 brokers'],
    ['a word behind', 'kept 45 days minimum', '>= 45 d'],
    ['negated words', 'must never exceed 3 seconds', '<= 3 s'],
    ['negation of the least', 'must not fall below 97 %', '>= 97 %'],
    ['no more than', 'No more than 3 % of calls fail', '<= 3 %'],
    ['nothing of a kind', 'No client with more than 50 open calls', '<= 50 open calls'],
    ['zero in words', 'Zero HIGH findings', '= 0 count'],
    ['or better', 'uptime 99.5 % or better', '>= 99.5 %'],
    ['or better of a time', 'start-up of 2 s or better', '<= 2 s'],
    ['percentile before', 'API p99.9 under 2 s', '< 2 s p99.9'],
    ['percentile behind', 'Search < 300 ms (95th percentile)', '< 300 ms p95'],
    ['median and mean', 'median wait < 4 s, mean wait < 9 s', '< 4 s p50 & < 9 s pmean'],
    ['several at once', 'p50 < 80 ms, p95 < 300 ms, p99 < 1.5 s', '< 80 ms p50 & < 300 ms p95 & < 1.5 s p99'],
    ['a range', 'between 5 and 9 nodes', '>= 5 nodes & <= 9 nodes'],
    ['a range with a dash', 'inlet 18–24 °C', '>= 18 °C & <= 24 °C'],
    ['outside a range', 'voltage outside 210-240 V', '< 210 V & > 240 V'],
    ['a duration that it must hold', 'error rate > 2% for more than 15 minutes', '> 2 % for 900s'],
    ['a span that it is measured over', 'loss ≤ 1 % over 10 minutes', '<= 1 % over 600s'],
    ['rates', 'retries > 12/hour', '> 12 1/h'],
    ['rates in words', 'at least 800 requests per second', '>= 800 1/s'],
    ['relative: by', 'latency rises by 30%', '>= 30 % increase'],
    ['relative: than', 'traffic dropped > 60%', '> 60 % decrease'],
    ['relative: baseline', 'p95 within 1.5x of baseline', '<= 1.5 x p95 change'],
    ['relative: a share of what it was', 'orders per hour not below 80 % of the same hour last week', '>= 80 % share'],
    ['relative: a share of the baseline', 'error rate above 150 % of baseline', '> 150 % share'],
    ['relative: how far it moves from what it was', 'latency within 10 % of the baseline', '<= 10 % change'],
    ['a fixed number after a verb of falling', 'success falls below 96%', '< 96 %'],
    ['a scale', 'rating above 4.3/5', '> 4.3 /5'],
    ['decimal comma', 'Fehlerquote höchstens 0,5 %', '<= 0.5 %'],
    ['decimal comma, three digits behind a nought', 'pertes ≤ 0,001 %', '<= 0.001 %'],
    ['all of them, in French', '100 % des essais rejoués en plateforme', '= 100 %'],
    ['recovery objectives', 'RTO: 3 hours, RPO: 10 minutes', '<= 3 h & <= 10 min'],
    ['bare throughput', '250 TPS sustained', '>= 250 1/s'],
    ['a version that is the least', 'PostgreSQL 15+ installed', '>= 15 version'],
    ['a price', 'less than $400/month', '< 400 $/month'],
    ['thousands with a dot, where they are written so', 'Mindestens 10.000 Buchungen', '>= 10000 Buchungen'],
    ['the same digits elsewhere', 'answers in under 1.500 s', '< 1.5 s'],
    ['half as a share', 'volume drops by more than half against last week', '> 50 % decrease'],
    ['half an hour', 'lag under 5 s for half an hour', '< 5 s for 1800s'],
    ['faster, of a rate', 'the log grows faster than 100 lines/min', '> 100 1/min'],
    ['faster, of a time', 'starts faster than 3 s', '< 3 s'],
    ['nobody', 'nobody is on call more than 7 days in a row', '<= 7 d'],
    ['neither', 'both nodes share the load, neither below 40 %', '>= 40 %'],
    ['how long a thing may wait', 'no clip waits for more than 25 minutes', '<= 25 min'],
    ['no that is part of a name', 'No-fly list loaded, no older than 24 hours', '<= 24 h'],
    ['relative: above last week', 'errors not more than 10% above last week', '<= 10 % increase'],
    ['relative: by, after what it is compared with', 'not up on December by more than 5 %', '<= 5 % increase'],
    ['an average behind', 'wait below 60 s on average', '< 60 s pmean'],
    ['a percentile behind a comma', 'answers within 300 ms, 95th percentile', '<= 300 ms p95'],
    ['a setting', '`max_connections` set to 400', '= 400 count'],
    ['at the latest', 'deleted after 13 months at the latest', '<= 13 month'],
    ['held, in other languages', 'Fehlerquote über 2 % für 15 Minuten', '> 2 % for 900s'],
    ['thousands parted by blanks', 'Handles at least 50 000 players', '>= 50000 players'],
    ['millions parted by blanks', 'at least 1 000 000 rows', '>= 1000000 rows'],
    ['millions parted by dots', 'at least 1.000.000 rows', '>= 1000000 rows'],
    ['the number of a name beside another', 'phase 2 500 users at most', '<= 500 users'],
    ['speeds and flows', 'vibration < 4.5 mm/s, leak < 0.5 l/h', '< 4.5 mm/s & < 0.5 l/h'],
    ['a thousandth', 'errors < 1‰', '< 1 ‰'],
    ['the number first', '99.9 % < uptime', '> 99.9 %'],
    ['the number first, of a time', '200 ms > latency', '< 200 ms'],
    ['between two signs', '3 < nodes < 7', '> 3 nodes & < 7 count'],
    ['nines in words', 'four nines uptime', '>= 99.99 %'],
    ['nines in digits', 'uptime of three 9s', '>= 99.9 %'],
    ['a version of three parts', 'dovecot >= 2.3.19 on all four', '>= 2.3 version'],
    ['a version of three parts, in words', 'openssl at least 3.0.8', '>= 3 version'],
    ['a version of three parts or newer', 'nginx 1.25.3 or newer', '>= 1.25 version'],
    ['no older version of three parts', 'no node older than 1.29.4', '>= 1.29 version'],
    ['an older version of three parts', 'hosts older than 2.3.1', '< 2.3 version'],
    ['a version as baseline', 'no more than 5 % longer than 7.2.4', '<= 5 % increase'],
    ['addresses and days', 'servers on 10.0.0.1 since 12.3.25', ''],
    ['relative: done to a thing', 'rules cut duplicate alarms by 60 % or more', '>= 60 % decrease'],
    ['relative: done to a thing of two words', 'lowers the load on the old cluster by at least 30 %', '>= 30 % decrease'],
    ['cut at a share', 'cut at 30 %, an outage caused by 5 % of users', ''],
    ['steps of a roll-out in words', 'raised to 5 % of users, then 50 %, then everyone', ''],
    ['a step of a roll-out and its demand', '50 % of traffic in all regions, revenue at least 98 % of before', '>= 98 %'],
    ['a share of users that must', '95 % of users are signed in', '>= 95 %'],
    ['how often', 'playout stutters more than 3 times an hour', '> 3 1/h'],
    ['how many times as much', 'room for 3 times the peak or more', '>= 3 x'],
    ['behind three words', "2.5x last year's peak or more", '>= 2.5 x'],
    ['at the latest after', 'invoices go out at the latest after 5 days', '<= 5 d'],
    ['two demands in turn', 'first below 5 %, then below 2 %', '< 5 % & < 2 %'],
    ['held, all through', 'Mehr als 3 % scheitern über 15 Minuten hinweg', '> 3 % for 900s'],
    ['held, in a row', 'errors above 3 % 15 minutes in a row', '> 3 % for 900s'],
    ['within, in French', 'Remboursements traités sous 14 jours', '<= 14 d'],
    ['ohms', 'resistance above 1 MΩ and below 5 kΩ', '> 1 MΩ & < 5 kΩ'],
    ['thousands and millions', 'below 2M viewers and 12,500 chats', '< 2000000 viewers'],
  ])('%s: %s', (_, text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    'Step 3 > Users opened',
    'Redis 7.2 installed',
    'PostgreSQL 16 + PostGIS installed',
    'Port 8443 open',
    'ports 80, 443 only',
    'All traffic on TLS 1.3',
    'Review on 2031-05-06 at 09:30',
    'Cover around the clock, 24/7',
    'Check http://localhost:9090/health',
    'Wait 2-3 minutes for the checks',
    'Monitor for 24 hours',
    'Run the first 10 items of step 4',
    'JWT signed with RS256',
    'OWASP Top 10 covered',
    'Send 5% of the traffic',
    '25 % on Thursday',
    'All rooms over 100 seats are on the list',
    'Rounding tested (KWD 3 decimals, JPY 0 decimals)',
    'Answer the 10 most upvoted questions',
  ])('no demand: %s', (text) => {
    expect(read(text)).toBe('');
  });

  test('what tells over which time, or which ones are meant, is no demand of its own', () => {
    expect(read('Availability in the last 30 days ≥ 99.95 %')).toBe('>= 99.95 %');
    expect(read('0 findings with a score of 7 or above left open')).toBe('= 0 count');
  });

  test('a trigger is not turned round by its own negation, and may be overdue', () => {
    expect(read('No heartbeat for more than 5 minutes', true)).toBe('> 5 min');
    expect(read('Cluster not back after 20 minutes', true)).toBe('> 20 min');
  });

  test('what is measured, and what narrows it, is told in the words of the line', () => {
    const [cached] = thresholdsOf('Catalogue response time < 90 ms (cached)').thresholds;
    expect(cached).toMatchObject({ metric: 'Catalogue response time', scope: 'cached', text: '< 90 ms' });
    expect(describeThreshold(cached!)).toBe('Catalogue response time < 90 ms (cached)');
    expect(thresholdsOf('< 4 s average start time').thresholds[0]).toMatchObject({ metric: 'start time', percentile: 'mean' });
    expect(thresholdsOf('uptime stays above 99 % in first 6 hours').thresholds[0]).toMatchObject({ scope: 'first 6 hours' });
  });

  test('a number without a comparator is told as guessed', () => {
    expect(thresholdsOf('Retention policy (60 days)').guessed).toHaveLength(1);
    expect(thresholdsOf('Retention of at least 60 days').guessed).toHaveLength(0);
  });
});
