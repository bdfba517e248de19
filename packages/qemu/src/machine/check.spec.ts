import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itWhere } from '../../../../jest.abilities.js';
import { AS_NOBODY, buildPackages, nodeForNobody } from '../../../../jest.other-user.js';
import { checkMachine, type CheckedMachine } from '../index.js';
import { checkTap } from './tap.js';

let directory: string;
const at = (name: string) => join(directory, name);
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-check-'));
  writeFileSync(at('disk.img'), Buffer.alloc(1 << 20));
  const old = '#!/bin/sh\necho "QEMU emulator version 5.2.0 (Debian 1:5.2+dfsg-11)"\n';
  writeFileSync(at('old-qemu'), old, { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true }));

const base: CheckedMachine = { arch: 'arm64' };
const HOST = { bytes: 1024 * 2 ** 20 };
const check = (change: Partial<CheckedMachine>) => checkMachine({ ...base, ...change }, HOST);

it.each<[string, Partial<CheckedMachine>, RegExp]>([
  ['MEMORY_TOO_LARGE', { memoryMiB: 1025 }, /^memory: .* 1025 MiB, but this machine has 1024 MiB/],
  ['UNKNOWN_MACHINE', { machine: 'vitr,gic-version=3' }, /no machine "vitr". Near it are .*virt/],
  ['UNKNOWN_MACHINE', { arch: 'x86_64', machine: 'q53' }, /qemu-system-x86_64 has no machine "q53"/],
  ['UNKNOWN_CPU', { cpu: 'cortex-72' }, /no cpu "cortex-72". Near it are cortex-a72/],
  ['UNKNOWN_CPU', { arch: 'x86_64', cpu: 'Skylke-Server' }, /Near it are Skylake-Server/],
])('%s for %j', async (code, change, message) => {
  await expect(check(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

it.each<Partial<CheckedMachine>>([
  { memoryMiB: 1024 },
  { machine: 'virt-7.2,gic-version=3', cpu: 'cortex-a53,pmu=off' },
  { arch: 'x86_64', machine: 'pc', cpu: 'qemu64,+x2apic' },
  { arch: 'arm', machine: 'cubieboard', cpu: 'cortex-a8' },
  { machine: 'type=virt', cpu: 'max' },
])('has nothing against %j', async (change) => {
  await check(change);
});

it('says where a QEMU is too old', async () => {
  const watchdog = { model: 'i6300esb', action: 'reset' } as const;
  await check({ watchdog });
  await expect(check({ watchdog, binary: at('old-qemu') })).rejects.toMatchObject({
    code: 'QEMU_TOO_OLD',
    message: expect.stringMatching(/watchdog: needs QEMU 6\.0 or later, but .*old-qemu is: .*5\.2\.0/),
  });
});

it('reports a share that does not exist or is not a directory', async () => {
  await check({ shares: [{ path: directory, tag: 'a' }] });
  for (const [name, why] of [
    ['nowhere', 'does not exist'],
    ['disk.img', 'is not a directory'],
  ] as const) {
    await expect(check({ shares: [{ path: at(name), tag: 'a' }] })).rejects.toMatchObject({
      code: 'SHARE_MISSING',
      message: `shares: ${at(name)} ${why}. Create it, or correct "path"`,
    });
  }
});

it('says where an image has another format', async () => {
  const drive = { file: at('disk.img'), format: 'raw' } as const;
  await check({ drives: [drive] });
  await expect(check({ drives: [{ ...drive, format: 'qcow2' }] })).rejects.toMatchObject({
    code: 'IMAGE_UNUSABLE',
    message: expect.stringMatching(/disk\.img: it cannot be opened as qcow2/),
  });
});

it('says where another machine has an image open for writing', async () => {
  const file = at('locked.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, '1M']);
  const drives = [{ file, format: 'qcow2' }] as const;
  await check({ drives });
  const device = `driver=qcow2,node-name=a,file.driver=file,file.filename=${file}`;
  const args = ['-machine', 'none', '-display', 'none', '-monitor', 'stdio', '-blockdev', device];
  const other = spawn('qemu-system-aarch64', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  try {
    await expect(check({ drives })).rejects.toMatchObject({
      code: 'IMAGE_UNUSABLE',
      message: expect.stringMatching(/another QEMU has it open for writing/),
    });
  } finally {
    other.stdin.end('quit\n');
    await once(other, 'close');
  }
  await check({ drives });
});

it('says where a port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(check({ ports: [port] })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
  const forwards = [{ protocol: 'tcp', guestPort: 22, hostPort: port }] as const;
  await expect(check({ network: [{ type: 'user', forwards }] })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
  });
  await new Promise((resolve) => server.close(resolve));
  await check({ ports: [port], network: [{ type: 'user' }] });
});

const isRoot = process.getuid?.() === 0;

it('says where a tap interface is not for this user', () => {
  chmodSync(directory, 0o755);
  buildPackages(directory, ['qemu']);
  const program = `
    const { checkTap } = require(${JSON.stringify(at('packages/qemu/dist/machine/tap.js'))});
    checkTap('bringup-none').then(() => console.log('none'), (error) => console.log(error.code + ': ' + error.message));
  `;
  const node = isRoot ? [...AS_NOBODY, nodeForNobody(directory)] : [process.execPath];
  const said = execFileSync(node[0]!, [...node.slice(1), '-e', program], { encoding: 'utf8', cwd: '/' });
  expect(said).toMatch(/^TAP_UNAVAILABLE: network: the tap interface bringup-none (does not exist|needs)/);
  expect(said).toContain('ip tuntap add dev bringup-none mode tap user $USER');
});

itWhere('interfaces')(
  'lets QEMU make the interface where it may (skipped unless root can make network interfaces)',
  async () => {
    await checkTap('bringup-none');
  },
);
