import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

/** The services in a block of code on a document's third line and after it. */
function servicesIn(...commands: string[]): string[] {
  const source = ['# A document', '```bash', ...commands, '```'].join('\n');
  return readChecklist(Buffer.from(source), 'a.md').services.map(({ address, paths }) => [address, ...paths].join(' '));
}

describe('the services that the commands of a document ask', () => {
  test.each([
    ['an address', ['curl -fsS https://api.example.com/health?deep=1 | jq .'], ['https://api.example.com /health']],
    ['several paths of one', ['curl http://h:1234/a', 'curl http://H:1234/b.'], ['http://h:1234 /a /b']],
    ['no password', ['psql postgres://me:secret@db.example.com:5432/x'], ['postgres://db.example.com:5432 /x']],
    [
      'a range',
      ['for port in {8080..8082}; do', '  curl http://localhost:$port/health', 'done'],
      [8080, 8081, 8082].map((port) => `http://localhost:${port} /health`),
    ],
    [
      'a loop in one line',
      ['for s in api web; do curl https://${s}.example.com; done', 'curl https://$s.example.org'],
      ['https://api.example.com', 'https://web.example.com'],
    ],
    [
      'braces in an address',
      ['curl http://127.0.0.1:{9090,9093}/-/healthy'],
      ['http://127.0.0.1:9090 /-/healthy', 'http://127.0.0.1:9093 /-/healthy'],
    ],
    [
      'host and port',
      ['nc -zv db.internal 5432 && redis-cli -h cache -p 6379 ping', 'pg_isready -p 5433 -h pg'],
      ['db.internal:5432', 'cache:6379', 'pg:5433'],
    ],
    [
      'what other tools are told',
      ['openssl s_client -connect app.example.com:443', 'grpcurl -plaintext localhost:50051 list'],
      ['app.example.com:443', 'localhost:50051'],
    ],
    [
      'no mapping, image, time or comment',
      ['docker run -p 8080:80 redis:7', 'echo 12:30:00 # http://old.example.com', 'scp a.txt host.example.com:99999'],
      [],
    ],
  ])('%s', (_what, commands, services) => {
    expect(servicesIn(...commands)).toEqual(services);
  });

  test('bear the line that names them first', () => {
    const source = '# A\n- [ ] up\n  ```sh\n  for p in {80..81}; do\n    curl http://h:$p/\n  done\n  ```\n';
    expect(readChecklist(Buffer.from(source), 'a.md').services).toEqual(
      [80, 81].map((port) => ({ address: `http://h:${port}`, paths: ['/'], line: 5 })),
    );
  });

  test('are no more than a thousand', () => {
    expect(servicesIn('curl http://h{1..100}.example.com:{1000..1099}/')).toHaveLength(1_000);
  });

  describe('that lie behind the bounds', () => {
    const readOf = (...commands: string[]) => readChecklist(Buffer.from(['# A', '```bash', ...commands, '```'].join('\n')), 'a.md');

    test('are told as not understood, where that begins: too many commands', () => {
      const { services, notUnderstood } = readOf(...Array.from({ length: 50_000 }, () => ':'), 'curl http://late.example.com/');
      expect(services).toEqual([]);
      expect(notUnderstood).toEqual([{ line: 50_003, kind: 'services', text: expect.stringContaining('more than 50000') }]);
    });

    test.each([
      [
        'too many services',
        ['curl http://h{1..100}.example.com:{1000..1009}/', 'curl http://one-more.example.com/'],
        'More than 1000 services',
      ],
      ['too many paths of one', Array.from({ length: 101 }, (_, at) => `curl http://h/${at}`), 'More than 100 paths of http://h'],
      ['too long a command', [`curl ${'x'.repeat(1_000)} http://h/`], 'Of a command of more than 1000 characters'],
    ])('are told: %s', (_, commands, text) => {
      expect(readOf(...commands).notUnderstood).toEqual([
        { line: commands.length + 2, kind: 'services', text: expect.stringContaining(text) },
      ]);
    });

    test('and nothing is told of what lies within them', () => {
      expect(readOf(...Array.from({ length: 50_000 }, () => 'curl http://h/a')).notUnderstood).toEqual([]);
    });
  });
});
