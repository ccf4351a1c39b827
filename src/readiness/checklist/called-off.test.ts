import { describe, expect, test } from 'vitest';
import type { Item } from './checklist.ts';
import { readChecklist } from './read-checklist.ts';

const first = (text: string): Item => readChecklist(Buffer.from(text), 'test.md').items[0]!;
const below = (heading: string): Item => first(`# Title\n\n## ${heading}\n\n- [ ] Anything\n`);
const led = (sentence: string): Item => first(`# Title\n\n## Storage\n\n${sentence}\n\n- [ ] Anything\n`);

describe('headings whose lines call a launch off, or send it back', () => {
  test.each([
    '7. Launch is called off if',
    'Launch is called off when any of these is true',
    'The launch is postponed if',
    'Start cancelled when',
    'Go-live does not happen if',
    'Go-live is moved to next week if',
    'Release is not approved if',
    'No release when',
    'We start one day later if',
    'The team opens next week if',
    '4 No-Go-Kriterien',
    'No-Go-Gründe',
    'Ausschlussgründe',
    'Verschiebungsgründe',
    'Start wird abgesagt, wenn',
    'Kein Start, wenn',
    'Lancement reporté si',
    'Pas de lancement si',
    'Critères de no-go',
    "Raisons d'annulation",
  ])('“%s” stops the launch', (heading) => {
    expect(below(heading)).toMatchObject({ polarity: 'bad_when_true', action: 'stop_launch' });
  });

  test.each([
    'Stopp-Kriterien',
    'Stoppgründe',
    'Rückfallgründe',
    'Abbruchgründe (einer genügt)',
    'Gründe für den Rückfall',
    "Motifs d'arrêt",
    'Conditions de retour en arrière',
  ])('“%s” rolls back', (heading) => {
    expect(below(heading)).toMatchObject({ polarity: 'bad_when_true', action: 'rollback' });
  });

  test.each([
    'Launch is approved if',
    'The launch is a go if',
    'Launch is called off',
    'Launch is not called off unless',
    'Start freigegeben, wenn',
    'Rückfall auf das Altverfahren',
    'Rückfallplan',
    'Rückfallprobe',
    'Abbruchquote',
    'Stoppuhr',
    'Do not launch if any of these is not true',
    'Launch is called off if one of these is missing',
  ])('“%s” is of what must be so', (heading) => {
    expect(below(heading).polarity).toBe('good_when_true');
  });
});

describe('sentences that lead to lines any of which is enough', () => {
  test.each([
    ['At 11:00 Ada asks for each of these. If any is true we go BACK to the old version:', 'rollback'],
    ['If one of these is true, we roll back:', 'rollback'],
    ['Should any of these be true, we stop.', 'rollback'],
    ['As soon as one of these happens we switch back to the old system:', 'rollback'],
    ['If any of the following applies the launch is postponed.', 'stop_launch'],
    ['Any tick here and we do not launch.', 'stop_launch'],
    ['Stichtag 30.06., 12 Uhr. Trifft eines davon zu, wird der Start verschoben.', 'stop_launch'],
    ['Ist einer der Punkte erfüllt, wird zurückgerollt.', 'rollback'],
    ['Falls einer dieser Punkte zutrifft, gehen wir zurück:', 'rollback'],
    ["Si l'un de ces points est vrai, le lancement est reporté.", 'stop_launch'],
    ["Si un seul de ces points est vrai, on revient à l'ancienne version :", 'rollback'],
  ])('“%s” asks for %s', (sentence, action) => {
    expect(led(sentence)).toMatchObject({ polarity: 'bad_when_true', action });
  });

  test.each([
    'If any of these is not true, the launch is postponed.',
    'If a box stays empty, we do not launch:',
    'If one of these is missing we go back to the old version:',
    'If any of these is unclear, go back to the vendor and ask:',
    'If all of these are true, we launch:',
    'If all boxes are ticked we go back to normal operation.',
    'When any of these is done, stop the timer:',
    'Trifft eines davon nicht zu, wird der Start verschoben.',
    'Fehlt einer der Haken, wird der Start verschoben.',
    "Si un point n'est pas coché, le lancement est reporté.",
  ])('“%s” leaves them what must be so', (sentence) => {
    expect(led(sentence).polarity).toBe('good_when_true');
  });
});
