import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readFile } from 'fs-extra';
import { UserError } from '@bringup/process';
import { checkKeyName, FIT_ALGORITHMS, type FitAlgorithm } from './fit-source.js';

/** A key pair as mkimage wants it: `NAME.key`, a PEM private key without passphrase, and `NAME.crt`, a certificate of it. */
export interface FitKey {
  /** Directory of the two files. */
  keyDirectory: string;
  keyName: string;
}

/** The files of a key: mkimage signs with the first and takes the public key from the second. */
export function fitKeyFiles({ keyDirectory, keyName }: FitKey): { key: string; certificate: string } {
  checkKeyName(keyName);
  return { key: join(keyDirectory, `${keyName}.key`), certificate: join(keyDirectory, `${keyName}.crt`) };
}

/**
 * Makes sure that a key is there, fits its algorithm and its certificate: mkimage would say so late or not at all. Nothing
 * of the key is in an error.
 *
 * @throws UserError `BAD_KEY_NAME`, `KEY_MISSING`, `BAD_KEY`
 */
export async function checkFitKey(of: FitKey, algorithm: FitAlgorithm = FIT_ALGORITHMS[0]): Promise<void> {
  const { key: keyPath, certificate: certificatePath } = fitKeyFiles(of);
  const bits = Number(algorithm.replace(/.*rsa/, ''));
  const pem = await readKeyFile(keyPath, of, bits);
  const key = parse(keyPath, 'PEM private key without a passphrase', () => createPrivateKey(pem));
  const found = `${key.asymmetricKeyType} of ${key.asymmetricKeyDetails?.modulusLength ?? '?'} bits`;
  if (found !== `rsa of ${bits} bits`)
    throw badKey(keyPath, `it is ${found}, and ${algorithm} wants rsa of ${bits} bits`);
  const text = await readKeyFile(certificatePath, of, bits);
  const certificate = parse(certificatePath, 'PEM certificate', () => new X509Certificate(text));
  if (!certificate.checkPrivateKey(key)) throw badKey(certificatePath, `it is not of the key ${keyPath}`);
}

async function readKeyFile(path: string, { keyName }: FitKey, bits: number): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const remedy =
      `openssl req -x509 -newkey rsa:${bits} -nodes -days 36500 -subj /CN=${keyName} ` +
      `-keyout ${keyName}.key -out ${keyName}.crt`;
    throw new UserError(
      'KEY_MISSING',
      `${path} cannot be read (${error.code}). A key is ${keyName}.key and ${keyName}.crt in one directory; make one: ${remedy}`,
      { path },
      error,
    );
  });
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw badKey(path, `it is not a ${what}`);
  }
}

function badKey(path: string, why: string): UserError {
  return new UserError('BAD_KEY', `${path}: ${why}`, { path });
}
