import { WebSocket } from 'ws';

/**
 * Many live clients in a process of their own, so that what they cost does not stand in the way of what is measured. Told
 * `{ url, tokens, clients }` it connects them, says `connected`, and notes when each of them heard of which payment; told
 * `{ expect }` it waits until nothing new has come for a second and says `heard`.
 */
const heard: [payment: string, at: number, recordedAt: number][] = [];
let lastAt = 0;

process.on('message', (message: { url: string; tokens: string[]; clients: number } | { expect: number }) => {
  if ('expect' in message) return void whenQuiet().then(() => process.send!({ type: 'heard', heard }));
  void connectAll(message).then(() => process.send!({ type: 'connected' }));
});

async function connectAll({ url, tokens, clients }: { url: string; tokens: string[]; clients: number }): Promise<void> {
  const address = `${url.replace('http', 'ws')}/v1/stream`;
  // A few at a time: strangers of one address are limited.
  for (let n = 0; n < clients; n += 50) {
    const some = Array.from({ length: Math.min(50, clients - n) }, (_, i) => connect(address, tokens[(n + i) % tokens.length]!));
    await Promise.all(some);
  }
}

function connect(address: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(address, { perMessageDeflate: false });
    ws.on('open', () => {
      ws.send(JSON.stringify({ type: 'auth', token }));
      ws.send(JSON.stringify({ type: 'subscribe', channel: 'payments' }));
    });
    ws.on('error', reject);
    ws.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason.toString()}`)));
    ws.on('message', (data: Buffer) => {
      const at = Date.now();
      const message = JSON.parse(data.toString()) as { type: string; events?: { at: string; data: { paymentId: string } }[] };
      if (message.type === 'subscribed') resolve();
      for (const event of message.events ?? []) {
        heard.push([event.data.paymentId, at, Date.parse(event.at)]);
        lastAt = at;
      }
    });
  });
}

async function whenQuiet(): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 200));
  while (Date.now() - lastAt < 1_000);
}
