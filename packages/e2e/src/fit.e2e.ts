import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialogue } from './dialogue.js';
import { nx, REPOSITORY } from './nx-run.js';

/** FIT images of the demo's kernel and initramfs, booted or refused by the demo's U-Boot in the real QEMU. */
const MINUTES = 60_000;
const HOME = process.env.HOME!;

const place = mkdtempSync(join(tmpdir(), 'bringup-fit-'));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function build(...args: string[]): Promise<string> {
  const env = { HOME, ...(process.env.BRINGUP_HOME ? { BRINGUP_HOME: process.env.BRINGUP_HOME } : {}) };
  const run = await nx(['run', 'fit-arm64:build', ...args], { cwd: REPOSITORY, env });
  expect({ exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  return run.output;
}

/** Builds the image signed with a key of `place`, into a directory of its own. */
const buildSigned = (keyName: string) =>
  build(
    `--sign.keyDirectory=${place}`,
    `--sign.keyName=${keyName}`,
    `--outputPath=dist/fit-arm64/${keyName}`,
    // Nx knows nothing of keys that are given on the command line.
    '--skip-nx-cache',
  );

function makeKey(name: string): void {
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '36500', '-subj', `/CN=${name}`];
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
  execFileSync('openssl', ['req', ...kind, ...files], { stdio: 'pipe' });
}

/** Types what boots `fit` at U-Boot's prompt; gives the console's text once the shell or the prompt is there again. */
async function boot(fit: string, dtb?: string): Promise<string> {
  const drive = at('drive.img');
  rmSync(drive, { force: true });
  execFileSync('truncate', ['--size=64M', drive]);
  execFileSync('mkfs.fat', [drive]);
  execFileSync('mcopy', ['-i', drive, fit, '::image.fit']);
  const machine = ['-machine', 'virt', '-cpu', 'cortex-a72', '-m', '256M', '-nodefaults', '-no-reboot'];
  const devices = ['-display', 'none', '-nic', 'none', '-serial', 'stdio'];
  const firmware = ['-bios', join(REPOSITORY, 'dist/u-boot/u-boot.bin'), ...(dtb ? ['-dtb', dtb] : [])];
  const disk = ['-drive', `if=none,id=boot,file=${drive},format=raw,snapshot=on`];
  const argv = [...machine, ...devices, ...firmware, ...disk, '-device', 'virtio-blk-device,drive=boot'];
  return dialogue(
    ['qemu-system-aarch64', ...argv],
    [
      [/=> $/, 'load virtio 0 ${ramdisk_addr_r} image.fit'],
      [/bytes read[^]*=> $/, 'setenv bootargs console=ttyAMA0 panic=-1'],
      [/=> $/, 'bootm ${ramdisk_addr_r}#conf-1 ${ramdisk_addr_r}#conf-1 ${fdt_addr}'],
      [/=> $|^\/ # /m, undefined],
    ],
  );
}

const SHELL = /^\/ # /m;

it(
  'boots kernel and initramfs out of one FIT',
  async () => {
    await build();
    const console = await boot(join(REPOSITORY, 'dist/fit-arm64/image.fit'));
    expect(console).toMatch(/Verifying Hash Integrity \.\.\. sha256\+ OK/);
    expect(console).toMatch(SHELL);
  },
  15 * MINUTES,
);

describe('a U-Boot that runs with a public key', () => {
  beforeAll(async () => {
    for (const key of ['dev', 'other']) {
      makeKey(key);
      await buildSigned(key);
    }
  }, 5 * MINUTES);

  const published = (path: string) => join(REPOSITORY, 'dist/fit-arm64', path);
  const dtb = () => published('dev/u-boot.dtb');

  it(
    'boots an image signed with its key',
    async () => {
      const console = await boot(published('dev/image.fit'), dtb());
      expect(console).toMatch(/Verifying Hash Integrity \.\.\. sha256,rsa2048:dev\+ OK/);
      expect(console).toMatch(SHELL);
    },
    2 * MINUTES,
  );

  it(
    'refuses one of which a byte of the kernel was changed',
    async () => {
      const image = readFileSync(published('dev/image.fit'));
      image[500_000]! ^= 1;
      writeFileSync(at('changed.fit'), image);
      const console = await boot(at('changed.fit'), dtb());
      expect(console).toMatch(/Bad hash value for 'hash-1' hash node in 'kernel' image node/);
      expect(console).not.toContain('Starting kernel');
    },
    2 * MINUTES,
  );

  it.each([
    ['signed with another key', () => published('other/image.fit')],
    ['that is not signed', () => join(REPOSITORY, 'dist/fit-arm64/image.fit')],
  ])(
    'refuses one %s',
    async (_what, image) => {
      const console = await boot(image(), dtb());
      expect(console).toMatch(/Failed to verify required signature 'key-dev'/);
      expect(console).not.toContain('Starting kernel');
    },
    2 * MINUTES,
  );

  it(
    'is not signed anew without a change, but for another key of the same name, and says nothing of the key',
    async () => {
      expect(await buildSigned('dev')).toContain('up to date');
      for (const suffix of ['key', 'crt']) copyFileSync(at(`other.${suffix}`), at(`dev.${suffix}`));
      const output = await buildSigned('dev');
      expect(output).toContain('packed image.fit');
      expect(output).not.toContain('PRIVATE KEY');
    },
    2 * MINUTES,
  );
});
