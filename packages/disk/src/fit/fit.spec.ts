import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIts, writeFit } from '../index.js';
import { specDirectory } from '../testing/trees.js';

const place = specDirectory('fit "a b"');
const at = (name: string) => join(place, name);
const list = (path: string) => execFileSync('dumpimage', ['-l', path], { encoding: 'utf8' });
const extract = (fit: string, image: number, to: string) =>
  execFileSync('dumpimage', ['-T', 'flat_dt', '-p', String(image), '-o', to, fit], { stdio: 'pipe' });

function makeKey(name: string, bits = 2048): void {
  const kind = ['-x509', '-newkey', `rsa:${bits}`, '-nodes', '-days', '36500', '-subj', `/CN=${name}`];
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
  execFileSync('openssl', ['req', ...kind, ...files], { stdio: 'pipe' });
}

beforeAll(() => {
  writeFileSync(at('Image'), Buffer.alloc(100_000, 'kernel'));
  writeFileSync(at('initrd'), 'initramfs');
  writeFileSync(at('tree.dts'), '/dts-v1/; / { compatible = "acme,board"; };');
  execFileSync('dtc', ['-O', 'dtb', '-o', at('tree.dtb'), at('tree.dts')]);
  makeKey('dev');
});

const files = () =>
  ({ arch: 'arm64', kernel: at('Image'), initrd: at('initrd'), dtb: at('tree.dtb') }) as const;
const signed = () => ({ ...files(), sign: { keyDirectory: place, keyName: 'dev' } }) as const;

it('writes a FIT that dumpimage reads, with what went in', async () => {
  await writeFit(at('plain.fit'), { ...files(), compression: 'gzip' });
  const listing = list(at('plain.fit'));
  expect(listing).toContain("Default Configuration: 'conf-1'");
  expect(listing).toMatch(/Kernel Image\n +Compression: +gzip compressed/);
  expect(listing).toMatch(/Load Address: 0x40400000\n +Entry Point: +0x40400000/);
  expect(listing).toMatch(/Kernel: +kernel\n +Init Ramdisk: ramdisk\n +FDT: +fdt/);
  expect(listing.match(/Hash algo: +sha256/g)).toHaveLength(3);
  extract(at('plain.fit'), 0, at('kernel.gz'));
  expect(execFileSync('gzip', ['-dc', at('kernel.gz')])).toEqual(readFileSync(at('Image')));
  extract(at('plain.fit'), 1, at('initrd.out'));
  expect(readFileSync(at('initrd.out'), 'utf8')).toBe('initramfs');
});

it('signs, the same bytes at another time, with the public key in a device tree', async () => {
  for (const name of ['first', 'second']) {
    const controlDtb = { from: at('tree.dtb'), to: at(`${name}.dtb`) };
    await writeFit(at(`${name}.fit`), { ...signed(), sign: { ...signed().sign, controlDtb } });
    await new Promise((resolve) => setTimeout(resolve, 1100)); // A signature has a date in seconds.
  }
  expect(readFileSync(at('second.fit')).equals(readFileSync(at('first.fit')))).toBe(true);
  expect(readFileSync(at('second.dtb')).equals(readFileSync(at('first.dtb')))).toBe(true);
  expect(list(at('first.fit'))).toMatch(/Sign algo: +sha256,rsa2048:dev\n +Sign value: +[0-9a-f]{512}\n/);
  const dts = execFileSync('dtc', ['-O', 'dts', at('first.dtb')], { encoding: 'utf8', stdio: 'pipe' });
  expect(dts).toMatch(/key-dev \{\s+required = "conf";/);
  expect(dts).toContain('acme,board');
});

it('is refused by dumpimage when it is cut off', async () => {
  await writeFit(at('whole.fit'), files());
  writeFileSync(at('cut.fit'), readFileSync(at('whole.fit')).subarray(0, 30_000));
  expect(() => extract(at('cut.fit'), 0, at('never'))).toThrow();
});

it('refuses keys that are missing, of another size, or do not belong together, and keeps the old image', async () => {
  makeKey('big', 3072);
  makeKey('other');
  writeFileSync(at('mixed.key'), readFileSync(at('dev.key')));
  writeFileSync(at('mixed.crt'), readFileSync(at('other.crt')));
  writeFileSync(at('text.key'), 'SECRET');
  writeFileSync(at('kept.fit'), 'old');
  const refused = async (keyName: string, code: string, message: RegExp, keyDirectory = place) => {
    const attempt = writeFit(at('kept.fit'), { ...files(), sign: { keyDirectory, keyName } });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  };
  await refused('dev', 'KEY_MISSING', /openssl req -x509/, at('nowhere'));
  await refused('big', 'BAD_KEY', /rsa of 3072 bits, and sha256,rsa2048 wants rsa of 2048 bits/);
  await refused('mixed', 'BAD_KEY', /mixed\.crt: it is not of the key/);
  await refused('text', 'BAD_KEY', /^(?!.*SECRET).*text\.key: it is not a PEM private key/);
  await refused('../dev', 'BAD_KEY_NAME', /letters, digits/);
  await refused('a"; evil = "b', 'BAD_KEY_NAME', /letters, digits/);
  expect(readFileSync(at('kept.fit'), 'utf8')).toBe('old');
});

it('refuses a file that is not a device tree and unknown arches, and names the package of a missing mkimage', async () => {
  await expect(writeFit(at('never'), { ...files(), dtb: at('Image') })).rejects.toMatchObject({
    code: 'NOT_A_DTB',
  });
  const arch = writeFit(at('never'), { ...files(), arch: 'x86_64' as 'arm' });
  await expect(arch).rejects.toThrow('unknown arch of a FIT "x86_64": one of arm64, arm, riscv64');
  const tool = writeFit(at('never'), { ...files(), mkimage: '/no/such/mkimage' });
  await expect(tool).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  expect(existsSync(at('never'))).toBe(false);
});

it.each([
  [{ loadAddress: 0x1_0000_0000 }, 'BAD_ADDRESS'],
  [{ entry: -1 }, 'BAD_ADDRESS'],
  [{ compression: 'lzma' as 'gzip' }, 'BAD_COMPRESSION'],
  [{ sign: { keyName: 'dev', algorithm: 'md5,rsa512' as 'sha256,rsa2048' } }, 'BAD_ALGORITHM'],
])('refuses %j', (options, code) => {
  const format = () => formatIts({ arch: 'arm64', ramdisk: false, fdt: false, ...options });
  expect(format).toThrow(expect.objectContaining({ code }));
});

it('writes the load address of the kernel and only the given parts into the source', () => {
  const its = formatIts({ arch: 'riscv64', loadAddress: 0x8020_0000, ramdisk: false, fdt: false });
  expect(its).toContain('load = <0x80200000>;');
  expect(its).toContain('entry = <0x80200000>;');
  expect(its).not.toMatch(/ramdisk|fdt|signature/);
});
