import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { randomBytes } from 'node:crypto';

/** New random material: a secret of so many bytes (at least 32), and a key pair for RS256. */
export async function generateSecrets(bytes: number): Promise<{ secret: string; privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  return {
    secret: randomBytes(bytes).toString('base64url'),
    privateKey: await exportPKCS8(privateKey),
    publicKey: await exportSPKI(publicKey),
  };
}
