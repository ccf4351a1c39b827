import { createServer } from 'node:tls';
import type { SecureVersion } from 'node:tls';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Measurement } from '../../run/result.ts';
import { askHttp, authorityOf, hostAndPort } from '../ask-http.ts';
import type { Outcome, Probe, Target } from '../check.ts';
import { demandClientCertificate } from '../client-certificate.ts';
import { defineKind, fields, FilePath, judged, oneOf, TargetName, Text } from '../define.ts';
import { readText } from '../files.ts';
import { isFor, shake, type Handshake, type Shaken } from '../handshake.ts';
import { listen } from '../loopback.ts';
import { selfSigned } from '../self-signed.ts';

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[];

const Params = fields({
  target: TargetName,
  /** Name in the handshake and in the certificate, when it is not the target's host. */
  serverName: Type.Optional(Text),
  /** A file with the authority that a private certificate is held against. */
  ca: Type.Optional(FilePath),
  /** Whether the chain must be trusted and the name fit; true unless told. */
  trusted: Type.Optional(Type.Boolean()),
  minDaysLeft: Type.Optional(Type.Number()),
  /** Further names that the certificate must be for. */
  names: Type.Optional(Type.Array(Text, { maxItems: 100 })),
  /** Versions that must be accepted, and those that must be refused. */
  accepts: Type.Optional(Type.Array(oneOf(...VERSIONS), { maxItems: 4 })),
  refuses: Type.Optional(Type.Array(oneOf(...VERSIONS), { maxItems: 4 })),
  /** The rules behind the letter, held locally: versions, key, forward secrecy, and HSTS of half a year for A+. */
  grade: Type.Optional(oneOf('A', 'A+')),
  /** A connection without a client's certificate must be refused, by a server that says so. */
  clientCertificate: Type.Optional(Type.Boolean()),
  /** Files with the certificate and the key of a client that must be let in. */
  knownClient: Type.Optional(fields({ certificate: FilePath, key: FilePath })),
  startTls: Type.Optional(oneOf('postgres')),
});
type Params = Static<typeof Params>;
type Done = Extract<Shaken, { result: 'done' }>;

const DAY_MS = 86_400_000;
const HALF_YEAR_S = 15_552_000;
/** Suites whose past traffic is open to whoever gets the key later. */
const WITHOUT_FORWARD_SECRECY = 'AES128-SHA:AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:@SECLEVEL=0';

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  const place = hostAndPort(target);
  const ca = params.ca === undefined ? await authorityOf(probe, target) : await readText(probe, params.ca, 1 << 20);
  if (params.ca !== undefined && ca === undefined)
    throw new AppError('unprocessable', 'readiness.file_unreadable', `The authority ${params.ca} is not there.`);
  const wanted: Handshake = {
    ...place,
    serverName: params.serverName ?? place.host,
    ...(ca !== undefined && { ca }),
    ...(params.startTls && { startTls: params.startTls }),
  };
  if (params.clientCertificate)
    return demandClientCertificate(probe, {
      target,
      wanted,
      ...(params.knownClient && { client: await clientOf(probe, params.knownClient) }),
    });
  const first = await shake(probe, wanted);
  if (first.result === 'refused') return { state: 'fail', summary: `${target.shown} refused the handshake: ${first.why}.` };
  probe.note?.(describeCertificate(first));
  const own = certificateFindings(params, first, probe);
  const matrix = await versionFindings(params, wanted, probe);
  const graded = await gradeFindings(params, first, wanted, probe);
  return judged({
    problems: [...own.problems, ...matrix.problems, ...graded],
    seen: `${target.shown} speaks ${first.protocol} with ${first.cipher}; the certificate holds for ${own.daysLeft} more days.`,
    measurements: [...own.measurements, ...matrix.measurements],
  });
}

async function clientOf(
  probe: Probe,
  { certificate, key }: NonNullable<Params['knownClient']>,
): Promise<{ certificate: string; key: string }> {
  const [shown, kept] = [await readText(probe, certificate, 1 << 20), await readText(probe, key, 1 << 20)];
  if (shown !== undefined && kept !== undefined) return { certificate: shown, key: kept };
  const missing = shown === undefined ? certificate : key;
  throw new AppError('unprocessable', 'readiness.file_unreadable', `The known client's ${missing} is not there.`);
}

function certificateFindings(
  params: Params,
  { certificate, trusted, why }: Done,
  probe: Probe,
): { problems: string[]; measurements: Measurement[]; daysLeft: number } {
  if (!certificate) return { problems: ['it shows no certificate'], measurements: [], daysLeft: 0 };
  const now = probe.clock.now();
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS);
  const { minDaysLeft, names = [] } = params;
  const strange = names.filter((name) => !isFor(certificate, name));
  return {
    problems: [
      ...(params.trusted !== false && !trusted ? [`the certificate is not trusted: ${why}`] : []),
      // By the clock of the check, whatever the chain's own check says.
      ...(Date.parse(certificate.validTo) <= now ? [`the certificate ended at ${certificate.validTo}`] : []),
      ...(Date.parse(certificate.validFrom) > now ? [`the certificate begins only at ${certificate.validFrom}`] : []),
      ...(minDaysLeft !== undefined && !(daysLeft >= minDaysLeft)
        ? [`the certificate holds for ${daysLeft} more days, at least ${minDaysLeft} are demanded`]
        : []),
      ...(strange.length > 0 ? [`the certificate is not for ${strange.join(', ')}`] : []),
    ],
    measurements: [{ name: 'days left', value: daysLeft, unit: 'd', ...(minDaysLeft !== undefined && { demanded: `>= ${minDaysLeft}` }) }],
    daysLeft,
  };
}

/** Tries each version by itself. A connection that is cut counts as a refusal only while the server still answers others. */
async function versionFindings(
  params: Params,
  wanted: Handshake,
  probe: Probe,
): Promise<{ problems: string[]; measurements: Measurement[] }> {
  const graded = params.grade ? (['TLSv1', 'TLSv1.1'] as const) : [];
  const refuses = [...new Set([...(params.refuses ?? []), ...graded])];
  const problems: string[] = [];
  const measurements: Measurement[] = [];
  let cut = false;
  for (const version of VERSIONS.filter((each) => refuses.includes(each as never) || params.accepts?.includes(each))) {
    const found = await shake(probe, { ...wanted, version });
    const accepted = found.result === 'done';
    cut ||= found.result === 'refused' && found.reset;
    const demanded = refuses.includes(version) ? 'refused' : 'accepted';
    measurements.push({ name: version, value: accepted ? 'accepted' : 'refused', demanded });
    if (accepted !== (demanded === 'accepted')) problems.push(`${version} is ${accepted ? 'accepted' : 'refused'}`);
  }
  if (cut && (await shake(probe, wanted)).result !== 'done') throw Object.assign(new Error('it stopped answering'), { code: 'ECONNRESET' });
  return { problems, measurements };
}

async function gradeFindings({ grade, target, ca }: Params, first: Done, wanted: Handshake, probe: Probe): Promise<string[]> {
  if (!grade) return [];
  const open = await shake(probe, { ...wanted, version: 'TLSv1.2', ciphers: WITHOUT_FORWARD_SECRECY });
  const key = first.certificate?.publicKey;
  const { modulusLength = 0, namedCurve = '' } = key?.asymmetricKeyDetails ?? {};
  const weak =
    key?.asymmetricKeyType === 'rsa' ? modulusLength < 2_048 : key?.asymmetricKeyType === 'ec' && /192|224|163|233/.test(namedCurve);
  return [
    ...(first.trusted ? [] : [`no grade without a trusted certificate`]),
    ...(first.protocol === 'TLSv1.3' || first.protocol === 'TLSv1.2' ? [] : [`it speaks ${first.protocol}`]),
    ...(open.result === 'done' ? [`it accepts ${open.cipher}, which has no forward secrecy`] : []),
    ...(weak ? ['the key is too short'] : []),
    ...(grade === 'A+' ? await hstsProblems(ca === undefined ? probe.target(target) : { ...probe.target(target), ca }, probe) : []),
  ];
}

async function hstsProblems(target: Target, probe: Probe): Promise<string[]> {
  if (target.url.protocol !== 'https:') return ['A+ needs HSTS, which only an https address can show'];
  const { headers } = await askHttp(probe, target, {});
  const age = Number(/max-age\s*=\s*"?(\d+)/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0);
  return age >= HALF_YEAR_S ? [] : [`HSTS holds for ${age} s, at least ${HALF_YEAR_S} are demanded for A+`];
}

function describeCertificate({ protocol, cipher, certificate, chain }: Done): string {
  if (!certificate) return `${protocol} ${cipher}`;
  const { subject, issuer, subjectAltName, validFrom, validTo, fingerprint256 } = certificate;
  return [
    `${protocol} ${cipher}`,
    `subject: ${subject}`,
    `issuer: ${issuer}`,
    `names: ${subjectAltName ?? ''}`,
    `from ${validFrom} to ${validTo}`,
    `sha256: ${fingerprint256}`,
    'chain as it was sent:',
    ...chain.map((line, at) => `${at}: ${line}`),
  ].join('\n');
}

async function onLoopback(certificate: { names: string[]; fromMs: number; toMs: number }) {
  const { cert, key } = selfSigned(certificate);
  const server = createServer({ cert, key });
  server.on('tlsClientError', () => {});
  return listen(server, 'tls');
}

export const tls = defineKind({
  name: 'tls',
  summary: 'TLS with a trusted, long enough certificate, the demanded versions, the rules of a grade, or client certificates.',
  params: Params,
  describe: ({ target, minDaysLeft, grade }) =>
    `${target}${minDaysLeft === undefined ? '' : `, ${minDaysLeft} days left`}${grade ? `, grade ${grade}` : ''}`,
  run,
  timeoutMs: () => 20_000,
  unheld: [
    {
      names: ['trusted', 'ca', 'minDaysLeft', 'names', 'accepts', 'refuses', 'grade'],
      when: ({ clientCertificate }) => clientCertificate === true,
      where: 'where clients have to be refused (clientCertificate): make another check of it',
    },
    { names: ['knownClient'], when: ({ clientCertificate }) => clientCertificate !== true, where: 'without clientCertificate' },
  ],
  negative: [
    {
      name: 'a certificate that has ended',
      async arrange() {
        const { url, end } = await onLoopback({ names: ['127.0.0.1'], fromMs: Date.now() - 90 * DAY_MS, toMs: Date.now() - DAY_MS });
        return { params: { target: url, trusted: false }, end };
      },
    },
    {
      name: 'a certificate that nobody trusts',
      async arrange() {
        const { url, end } = await onLoopback({ names: ['127.0.0.1'], fromMs: Date.now() - DAY_MS, toMs: Date.now() + 90 * DAY_MS });
        return { params: { target: url }, end };
      },
    },
    {
      name: 'a certificate that soon ends, on a server that still speaks TLS 1.2',
      async arrange() {
        const { url, end } = await onLoopback({ names: ['127.0.0.1'], fromMs: Date.now() - DAY_MS, toMs: Date.now() + 10 * DAY_MS });
        return { params: { target: url, trusted: false, minDaysLeft: 30, refuses: ['TLSv1.2' as const] }, end };
      },
    },
  ],
});
