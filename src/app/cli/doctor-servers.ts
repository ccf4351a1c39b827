import { reachNats } from '../../infra/bus/reach-nats.ts';
import { redisKv } from '../../infra/kv/redis.ts';
import { createMailer } from '../../infra/mail/send.ts';
import type { Config } from '../config.ts';
import type { Finding as Reached } from '../../infra/module.ts';
import type { Finding } from './doctor.ts';

/** The servers that the configuration names beside the database: who names none depends on none. */
export function servers({ natsUrl, redisUrl, smtpUrl, mailFrom }: Config): Promise<Finding[]> {
  const looks: Promise<Finding>[] = [];
  if (natsUrl !== undefined)
    looks.push(found('bus', reachNats(natsUrl.reveal()), 'Check NATS_URL, and that the server runs with JetStream (nats-server -js).'));
  if (redisUrl !== undefined)
    looks.push(found('kv', reachRedis(redisUrl.reveal()), 'Check REDIS_URL, and whether the server runs and lets this machine in.'));
  if (smtpUrl) looks.push(found('mail', reachMail({ url: smtpUrl, from: mailFrom }), 'Check SMTP_URL: host, port, name and password.'));
  return Promise.all(looks);
}

async function found(what: string, reached: Promise<Reached>, advice: string): Promise<Finding> {
  return { what, ...(await reached), advice };
}

async function reachRedis(url: string): Promise<Reached> {
  const kv = await redisKv({ url, commandTimeoutMs: 2_000 });
  try {
    return await kv.check();
  } finally {
    await kv.close();
  }
}

async function reachMail(settings: Parameters<typeof createMailer>[0]): Promise<Reached> {
  const mailer = createMailer(settings);
  try {
    return await mailer.check();
  } finally {
    mailer.close();
  }
}
