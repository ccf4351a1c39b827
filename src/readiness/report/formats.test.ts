import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { SaxesParser } from 'saxes';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, test } from 'vitest';
import { STATE_WORDS } from './report.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { RESULT_STATES } from '../run/result.ts';
import { htmlReport } from './html.ts';
import { jsonReport, type JsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { pdfReport } from './pdf.ts';
import { markdownReport } from './markdown.ts';
import { SAMPLE, sampleReport } from './report.fixture.ts';
import { textReport } from './text.ts';
import { columnsOf } from './width.ts';

const PLAIN = { width: 80, colour: false };
const states = fc.array(fc.constantFrom(...RESULT_STATES), { minLength: 8, maxLength: 8 });
const boxes = (text: string): string[] => [...text.matchAll(/\[([ xX])\]/g)].map(([, mark]) => mark!);

describe('Markdown', () => {
  test('changes nothing but the bytes between brackets, and ticks exactly what passes', () => {
    fc.assert(
      fc.property(states, fc.constantFrom('\n', '\r\n'), (given, end) => {
        const source = Buffer.from(`\ufeff${SAMPLE.replaceAll('\n', end)}`);
        const report = sampleReport(source.toString(), given);
        const written = Buffer.from(markdownReport(source, report));
        const inside = new Set(report.lines.map(({ box }) => box!.from));
        expect(written).toHaveLength(source.length);
        for (let i = 0; i < source.length; i++) if (!inside.has(i)) expect(written[i]).toBe(source[i]);
        const ticks = boxes(written.toString()).map((mark) => mark !== ' ');
        expect(ticks).toEqual(report.lines.map(({ state, polarity }) => state === 'pass' && polarity === 'good_when_true'));
      }),
    );
  });

  test('never ticks what must not happen, also when it has not happened', () => {
    const written = Buffer.from(markdownReport(Buffer.from(SAMPLE), sampleReport(SAMPLE, ['pass']))).toString();
    expect(written).toContain('- [ ] Error rate > 5 %');
    expect(boxes(written).filter((mark) => mark === ' ')).toHaveLength(1);
  });

  test('never ticks what is due only after the release', () => {
    const report = sampleReport(SAMPLE, ['pass']);
    const lines = report.lines.map((line, i) => (i < 2 ? { ...line, later: true as const } : line));
    expect(boxes(Buffer.from(markdownReport(Buffer.from(SAMPLE), { ...report, lines })).toString()).slice(0, 3)).toEqual([' ', ' ', 'x']);
  });

  test('refuses a document other than the one that the run read', () => {
    expect(() => markdownReport(Buffer.from(`${SAMPLE} `), sampleReport())).toThrow(
      expect.objectContaining({ code: 'readiness.checklist_changed' }),
    );
  });

  test('refuses to write where no box is', () => {
    const report = sampleReport();
    const lines = report.lines.map((line) => ({ ...line, box: { from: line.box!.from + 2, to: line.box!.to + 2 } }));
    expect(() => markdownReport(Buffer.from(SAMPLE), { ...report, lines })).toThrow(
      expect.objectContaining({ code: 'readiness.checklist_changed' }),
    );
  });

  test('ticks boxes that are a mark or an input, in whatever encoding, and leaves the rest', () => {
    const source = '# Plan\n☐ one\n✅ two\n<input type="checkbox"> three\n<input checked type="checkbox" /> four\n- [] five\n- [✓] six\n';
    const marks = ['☐', '✅', '<input type="checkbox">', '<input checked type="checkbox" />', '', '✓'];
    const places = [
      source.indexOf('☐'),
      source.indexOf('✅'),
      source.indexOf('<input t'),
      source.indexOf('<input c'),
      source.indexOf('[]') + 1,
      source.indexOf('✓'),
    ];
    const written = (encode: (text: string) => Buffer): string => {
      const bytes = encode(source);
      const report = sampleReport(marks.map((mark) => `- [ ] ${mark}`).join('\n'), ['pass', 'fail', 'pass', 'fail', 'pass', 'fail']);
      const lines = report.lines.map((line, i) => ({
        ...line,
        ticked: i % 2 === 1,
        box: { from: encode(source.slice(0, places[i])).length, to: encode(source.slice(0, places[i]! + marks[i]!.length)).length },
        ...(i < 4 && { boxKind: i < 2 ? ('glyph' as const) : ('html' as const) }),
      }));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return Buffer.from(markdownReport(bytes, { ...report, lines, checklist: { ...report.checklist, sha256 } })).toString('hex');
    };
    const wanted = '# Plan\n☑ one\n⬜ two\n<input type="checkbox" checked> three\n<input type="checkbox" /> four\n- [x] five\n- [ ] six\n';
    const encodings = [
      (text: string) => Buffer.from(text),
      (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
      (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      (text: string) => Buffer.from(text, 'utf16le'),
      (text: string) => Buffer.from(text, 'utf16le').swap16(),
    ];
    for (const encode of encodings) expect(written(encode)).toBe(encode(wanted).toString('hex'));
  });

  test('ticks a checklist that was read as UTF-16 without a byte order mark, and shows its words', () => {
    const text = '# Release\n\n- [ ] Backups are made\n- [x] Keys are rotated\n';
    for (const swap of [false, true]) {
      const encode = (words: string): Buffer => (swap ? Buffer.from(words, 'utf16le').swap16() : Buffer.from(words, 'utf16le'));
      const source = encode(text);
      const { items, sha256 } = readChecklist(source, 'release.md');
      const sample = sampleReport(text, ['pass', 'fail']);
      const lines = sample.lines.map((line, i) => ({ ...line, ticked: items[i]!.checked, box: items[i]!.box }));
      const report = { ...sample, lines, checklist: { ...sample.checklist, sha256 } };
      const ticked = text.replace('[ ]', '[-]').replace('[x]', '[ ]').replace('[-]', '[x]');
      expect(Buffer.from(markdownReport(source, report))).toEqual(encode(ticked));
      expect(htmlReport(report, source)).toContain('Backups are made');
    }
  });

  test('leaves the document as it is before the summary that is asked for, and adds no box', () => {
    const report = sampleReport();
    const alone = Buffer.from(markdownReport(Buffer.from(SAMPLE), report)).toString();
    const both = Buffer.from(markdownReport(Buffer.from(SAMPLE), report, { summary: true })).toString();
    expect(both.startsWith(`${alone}\n## Readiness: NO-GO\n`)).toBe(true);
    expect(boxes(both)).toHaveLength(boxes(alone).length);
    expect(both).toContain('| 10 | of the label store (optional) | error | found otherwise in line 10 |');
  });
});

describe('JUnit', () => {
  test('has one test case per line; only what somebody decided to do without is skipped', () => {
    fc.assert(
      fc.property(states, (given) => {
        const report = sampleReport(SAMPLE, given);
        using xml = XmlDocument.fromString(junitReport(report));
        const count = (path: string): number => xml.find(path).length;
        const of = (...wanted: string[]): number => given.filter((state) => wanted.includes(state)).length;
        expect(count('//testcase')).toBe(report.lines.length);
        expect(count('//testcase[not(*)]')).toBe(of('pass'));
        expect(count('//testcase/skipped[@message!=""]')).toBe(of('not_applicable', 'waived'));
        expect(count('//testcase/failure[@message!=""]')).toBe(of('warn', 'fail', 'awaiting_sign_off'));
        expect(count('//testcase/error[@message!=""]')).toBe(of('error', 'unreachable', 'stale'));
        expect(count('//testsuites[@tests=count(//testcase) and @failures=count(//failure) and @errors=count(//error)]')).toBe(1);
      }),
    );
  });
});

test('JUnit fails a build for which nothing could be decided, though every line passes', () => {
  const report = { ...sampleReport(SAMPLE, ['pass']), decision: 'undecided' as const, reasons: ['A binding has lost its line.'] };
  using xml = XmlDocument.fromString(junitReport(report));
  expect(xml.find('//testsuites[@errors="1" and @tests=count(//testcase)]')).toHaveLength(1);
  expect(xml.find('//testsuite[@name="Decision" and @errors="1"]/testcase/error[@message="A binding has lost its line."]')).toHaveLength(1);
});

describe('JSON', () => {
  test('tells every line with its state, and what blocks', () => {
    const told = JSON.parse(jsonReport(sampleReport())) as JsonReport;
    expect(told.version).toBe(1);
    expect(told.lines.map(({ state }) => state)).toEqual(RESULT_STATES.slice(0, told.lines.length));
    expect(told.blocks).toEqual([
      expect.objectContaining({ line: 9, state: 'fail', why: 'found otherwise in line 9' }),
      expect.objectContaining({ line: 10, state: 'error' }),
    ]);
    expect(told.open).toBe(told.lines.filter(({ state }) => !['pass', 'waived', 'not_applicable'].includes(state)).length);
  });
});

describe('text', () => {
  test('ends with the decision, and names what blocks above it', () => {
    const text = textReport(sampleReport(), PLAIN);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^NO-GO, 6 open$/);
    expect(text).toContain('What stands in the way (2)\n  line 9, blocks: of the database\n    fail: found otherwise in line 9');
  });

  test('keeps to the width of the terminal', () => {
    const text = (width: number): string[] =>
      textReport(sampleReport(SAMPLE.replace('secret', '秘密'.repeat(60))), { width, colour: false }).split('\n');
    for (const width of [40, 62, 120]) for (const line of text(width)) expect(columnsOf(line)).toBeLessThanOrEqual(width);
  });

  test('has colours only when asked for', () => {
    expect(textReport(sampleReport(), PLAIN)).not.toContain('\u001b');
    expect(textReport(sampleReport(), { ...PLAIN, colour: true })).toContain('\u001b[31m✗\u001b[0m');
  });
});

describe('HTML', () => {
  test('shows each line once, in its place in the document, with its result and evidence', () => {
    const html = htmlReport(sampleReport(), SAMPLE);
    for (const { line, title } of sampleReport().lines) {
      expect(html.split(`id="line-${line}"`)).toHaveLength(2);
      expect(html).toContain(title.replace('<', '&lt;').replace('>', '&gt;'));
    }
    expect(html).toContain('e'.repeat(64));
    expect(html).toContain('<h3>Critical (Must Pass)</h3>');
    expect(html).not.toContain('Further lines');
  });

  test('loses no line whose place is not found in the document', () => {
    const html = htmlReport(sampleReport(), '# Another text\n');
    for (const { line } of sampleReport().lines) expect(html.split(`id="line-${line}"`)).toHaveLength(2);
  });

  test('draws lines nested deeper than any page, and listings and tables with lines in them', () => {
    const deep = Array.from({ length: 120 }, (_, i) => `${'  '.repeat(i)}- [ ] level ${i}`).join('\n');
    const html = htmlReport(sampleReport(deep, ['fail']), deep);
    for (let line = 1; line <= 120; line++) expect(html.split(`id="line-${line}"`)).toHaveLength(2);
  });
});

describe('a document that would take too long to be drawn as Markdown', () => {
  const heavy: Readonly<Record<string, string>> = {
    long: Array.from({ length: 20_000 }, (_, i) => `- [ ] line ${i}`).join('\n'),
    deep: Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(2 * i)}- [ ] level ${i}`).join('\n'),
    brackets: `- [ ] one\n\n${'['.repeat(200_000)}`,
    quotes: `- [ ] one\n\n${'> '.repeat(5_000)}x`,
    paragraph: `- [ ] one\n\n${'[a](b\n'.repeat(30_000)}`,
    table: `- [ ] one\n\n${`${'|a'.repeat(200)}\n`.repeat(500)}`,
  };

  test.each(Object.entries(heavy))('is drawn line by line, with everything in it: %s', (_, source) => {
    const report = sampleReport(source, ['fail']);
    const html = htmlReport(report, source);
    expect(html.match(/id="line-\d+"/g)).toHaveLength(report.lines.length);
    expect(html).not.toContain('Further lines');
  });
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  ']]><evil/>',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u202egnp.exe\u2066',
  '`|*_[link](javascript:alert(1)) ![p](https://tracker.example/p.png)',
  '\u0000\u0008\u0085\ufffe\ud800',
  'https://tracker.example/ www.tracker.example a@tracker.example',
];
const ACTING = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The sample with hostile text wherever text can come from. */
function hostile(text: string): [ReturnType<typeof sampleReport>, string] {
  const source = SAMPLE.replace('Support desk told', text.replaceAll('\n', ' ')).replace('survive a restart', text);
  const report = sampleReport(source);
  const check = {
    ...report.lines[0]!.checks[0]!,
    kind: text,
    asked: text,
    summary: text,
    evidence: text,
    measurements: [{ name: text, value: text, unit: text, demanded: text }],
  };
  const lines = report.lines.map((line) => ({
    ...line,
    summary: text,
    because: text,
    checks: [check],
    blocks: 'blocks' as const,
    claim: { text, agrees: false },
    section: [text],
    notes: [{ kind: 'signed' as const, by: text, at: '2026-11-21T09:00:00.000Z', text }],
  }));
  const subject = { ...report.subject, environment: text, commit: text, configHash: text };
  return [
    {
      ...report,
      lines,
      reasons: [text],
      signOffs: [{ role: text, by: text }],
      checklist: { ...report.checklist, title: text, name: text },
      subject,
    },
    source,
  ];
}

describe('hostile text', () => {
  test.each(HOSTILE)('does nothing in any format: %j', (text) => {
    const [report, source] = hostile(text);
    const html = htmlReport(report, source);
    const tags = new Set([...html.matchAll(/<([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag!.toLowerCase()));
    for (const tag of ['script', 'img', 'iframe', 'object', 'link', 'evil']) expect(tags).not.toContain(tag);
    expect(html).not.toMatch(/<[^>]*\s(on\w+|src|style)=/i);
    expect(html).not.toMatch(/href="(?!#line-\d+")/);
    using xml = XmlDocument.fromString(junitReport(report));
    expect(xml.find('//evil')).toHaveLength(0);
    expect(jsonReport(report)).not.toMatch(/[<>]/);
    expect(JSON.parse(jsonReport(report))).toMatchObject({ reasons: [text] });
    const terminal = textReport(report, PLAIN);
    const summary = Buffer.from(
      markdownReport(Buffer.from(source), { ...report, checklist: sampleReport(source).checklist }, { summary: true }),
    )
      .toString()
      .slice(Buffer.from(source).toString().length);
    expect(summary).not.toMatch(/<(?!!--)|[^\\]\]\(|(?<!\\):\/\/|\[[ xX]\]/);
    for (const told of [html, junitReport(report), jsonReport(report), terminal, summary]) expect(told).not.toMatch(ACTING);
  });

  test('leaves every XML well-formed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parser = new SaxesParser();
        parser.on('error', (error) => {
          throw error;
        });
        parser.write(junitReport(hostile(text)[0])).close();
      }),
      { numRuns: 50 },
    );
  });
});

describe('PDF', () => {
  const textOf = async (bytes: Uint8Array): Promise<string> => {
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true });
    return text;
  };

  test('tells the decision, every line, and the evidence, and is the same file for the same report', async () => {
    const report = sampleReport();
    const bytes = await pdfReport(report);
    const text = await textOf(bytes);
    for (const { title, state } of report.lines) {
      expect(text).toContain(title);
      expect(text).toContain(STATE_WORDS[state]);
    }
    expect(text).toContain('NO-GO');
    expect(text).toContain('e'.repeat(64));
    expect((await pdfReport(report)).equals(bytes)).toBe(true);
  });

  test('goes on over pages, and draws hostile text as text', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `- [ ] line ${i} ${'word '.repeat(i % 40)}`).join('\n');
    const pages = await getDocumentProxy(new Uint8Array(await pdfReport(sampleReport(many, ['unreachable']))));
    expect(pages.numPages).toBeGreaterThan(5);
    for (const text of HOSTILE) expect(await textOf(await pdfReport(hostile(text)[0]))).not.toMatch(ACTING);
  });
});

test('a report of 400 lines is whole in every format', async () => {
  const source = Array.from({ length: 400 }, (_, i) => `${i % 20 === 0 ? `\n## Part ${i / 20}\n\n` : ''}- [ ] **Line ${i}**: holds`).join(
    '\n',
  );
  const report = sampleReport(source, RESULT_STATES);
  const formats = [textReport(report, PLAIN), jsonReport(report), junitReport(report), htmlReport(report, source)];
  for (const told of formats) for (const { title } of report.lines) expect(told).toContain(title);
});

test('what is wrong with the document stands in every report for people', async () => {
  const report = { ...sampleReport(), findings: [{ line: 7, text: 'Memory: both cannot be met.' }] };
  const pdf = await extractText(await getDocumentProxy(new Uint8Array(await pdfReport(report))), { mergePages: true });
  for (const text of [textReport(report, PLAIN), htmlReport(report, Buffer.from(SAMPLE)), pdf.text]) {
    expect(text).toContain('Found in the document (1)');
    expect(text).toContain('Memory: both cannot be met.');
  }
});

test('what was not understood stands in every report, and fails a build where it may be a line', async () => {
  const notUnderstood = [
    { line: 3, text: 'A legend speaks of boxes.', lost: false },
    { line: 7, text: 'A box was not read.', lost: true },
  ];
  const report = { ...sampleReport(SAMPLE, ['pass']), notUnderstood };
  const source = Buffer.from(SAMPLE);
  const pdf = await extractText(await getDocumentProxy(new Uint8Array(await pdfReport(report))), { mergePages: true });
  const summary = Buffer.from(markdownReport(source, report, { summary: true })).toString();
  for (const text of [textReport(report, PLAIN), htmlReport(report, source), pdf.text, summary, junitReport(report)])
    for (const { text: told } of notUnderstood) expect(text).toContain(told);
  expect(JSON.parse(jsonReport(report))).toMatchObject({ notUnderstood });
  const document = XmlDocument.fromString(junitReport(report));
  expect(document.find('//testsuite[@name="Not understood" and @errors="1" and @tests="2"]/testcase[@line="7"]/error')).toHaveLength(1);
  expect(document.find('//testcase[@line="3" and @classname="Not understood"]/error')).toHaveLength(0);
  document.dispose();
});

test('what is put off and was not shown is named in every report, what was shown is not', async () => {
  const { lines, ...rest } = sampleReport(SAMPLE, ['unreachable', 'pass']);
  const [first, second, ...others] = lines.map((line, i) => ({ ...line, later: true as const, because: `It is due in week ${i}.` }));
  const report = { ...rest, lines: [first!, second!, ...others.map(({ later: _, ...line }) => line)] };
  const source = Buffer.from(SAMPLE);
  const pdf = await extractText(await getDocumentProxy(new Uint8Array(await pdfReport(report))), { mergePages: true });
  const summary = Buffer.from(markdownReport(source, report, { summary: true })).toString();
  for (const text of [textReport(report, PLAIN), htmlReport(report, source), pdf.text, summary]) {
    expect(text).toMatch(/Put off, and not shown/);
    expect(text).toContain('It is due in week 0.');
    expect(text).not.toContain('It is due in week 1.');
  }
  expect(junitReport(report)).toContain('Put off: It is due in week 0.');
  expect((JSON.parse(jsonReport(report)) as JsonReport).later).toEqual([
    { id: first!.id, line: first!.line, title: first!.title, state: 'unreachable', why: 'It is due in week 0.' },
  ]);
});
