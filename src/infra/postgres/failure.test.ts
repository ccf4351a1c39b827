import { expect, test } from 'vitest';
import { isRefusal } from './failure.ts';

/** As the driver tells what the server says. */
const told = (code: string) => Object.assign(new Error('no'), { severity: 'ERROR', code });

test.each([
  ['a broken constraint', told('23505'), true],
  ['a serialization failure', told('40001'), true],
  ['a statement that was cancelled', told('57014'), true],
  ['the end of the server', told('57P04'), false],
  ['a shutdown', told('57P01'), false],
  ['a lost connection', told('08006'), false],
  ['a full disk that the system tells of', told('58030'), false],
  ['a panic', told('XX000'), false],
  ['a socket that was cut', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), false],
  ['TLS that broke off', Object.assign(new Error('bad record'), { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' }), false],
  ['an answer that cannot be read', new Error('received invalid response: 1'), false],
])('of a commit %s says whether the server refused it', (_, error, refused) => {
  expect(isRefusal(error)).toBe(refused);
});
