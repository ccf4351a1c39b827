import type { Finding } from '../module.ts';
import { natsLogin } from './nats-login.ts';

const TIMEOUT_MS = 3_000;

/** Whether the servers of NATS_URL answer and have JetStream. Makes nothing there and never throws. */
export async function reachNats(url: string): Promise<Finding> {
  const { connect } = await import('@nats-io/transport-node');
  const { jetstreamManager } = await import('@nats-io/jetstream');
  const nats = await connect({ ...natsLogin(url), name: 'rialto doctor', reconnect: false, timeout: TIMEOUT_MS }).catch(() => undefined);
  if (!nats) return { ok: false, detail: 'does not answer, or does not let us in' };
  try {
    await (await jetstreamManager(nats, { timeout: TIMEOUT_MS })).getAccountInfo();
    return { ok: true, detail: `NATS ${nats.info?.version ?? ''} with JetStream`.replace('  ', ' ') };
  } catch {
    return { ok: false, detail: 'answers, but JetStream does not' };
  } finally {
    await nats.close();
  }
}
