import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootEnd, BootEvidence } from '../doctor/evidence.js';
import type { ImageFormat } from '../doctor/image-format.js';

const DIRECTORY = join(__dirname, '..', '..', 'fixtures', 'doctor');

/** The names of the captured boots, without `.log`. */
export const CAPTURED = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.log'))
  .map((name) => name.slice(0, -'.log'.length));

/** A captured boot; its format is in the fixtures' README. */
export function readCaptured(name: string): BootEvidence {
  const text = readFileSync(join(DIRECTORY, `${name}.log`), 'utf8');
  const gap = text.indexOf('\n\n');
  const head = text.slice(0, gap).split('\n');
  const marked = (mark: string) =>
    head.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(2));
  const facts = Object.fromEntries(marked('#').map((line) => line.split(' ') as [string, string]));
  return {
    argv: [...marked('$')[0]!.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
    console: text.slice(gap + 2),
    stderr: marked('!').join('\n'),
    end: facts.end as BootEnd,
    kernelFormat: facts.kernel as ImageFormat | undefined,
    initrdFormat: facts.initrd as ImageFormat | undefined,
  };
}
