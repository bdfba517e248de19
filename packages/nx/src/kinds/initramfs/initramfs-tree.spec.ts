import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree, hashTree, writeTar, type TreeEntry } from '@bringup/rootfs';
import { initramfsDefaults, type FullInitramfsOptions } from '../../generated/initramfs-options.js';
import { makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { initramfsTree } from './initramfs-tree.js';

const schema = JSON.parse(readFileSync(join(__dirname, 'schema.json'), 'utf8'));
const text = (path: string, content: string): TreeEntry => ({
  type: 'file',
  path,
  mode: 0o755,
  uid: 0,
  gid: 0,
  content: { data: Buffer.from(content) },
});

let root: string;
beforeAll(async () => {
  root = makeWorkspace({
    'overlay/etc/motd': 'hello\n',
    'overlay/bin/tool': '#!/bin/sh\n',
    'files/data': 'data\n',
    'dist/linux/Image': 'kernel\n',
    'out/app/app.bin': 'app\n',
  });
  chmodSync(join(root, 'overlay/bin/tool'), 0o700);
  chmodSync(join(root, 'overlay/etc/motd'), 0o600);
  mkdirSync(join(root, 'dist/box'));
  const busybox = new FileTree().add(text('bin/busybox', 'busybox\n')).add(text('sbin/init', 'init\n'));
  await writeTar(busybox, join(root, 'dist/box/busybox.tar'));
  writeManifests(root, 'dist/linux', 'out/app', 'dist/box');
});

const task = () =>
  makeTask(root, 'rootfs', {
    box: {
      root: 'box',
      targets: { build: { executor: '@bringup/nx:busybox', options: { arch: 'arm64' } } },
    },
    app: {
      root: 'app',
      targets: { build: { executor: '@bringup/nx:kernel', options: { outputPath: 'out/app' } } },
    },
  });
const tree = async (options: Partial<FullInitramfsOptions> = {}) =>
  (await initramfsTree(task(), { ...initramfsDefaults, arch: 'arm64', ...options })).tree;

const file = { path: '/data', from: 'files/data' };
const device = { path: '/dev/x', kind: 'char', major: 10, minor: 1 } as const;
const user = { name: 'joe', uid: 1000, gid: 1000, home: '/home/joe' };
const mount = { source: 'proc', target: '/proc', type: 'proc' };
const users = (change: object) => ({ users: [{ ...user, ...change }] });
const overlay = { overlays: ['overlay'] };

/** For each option, down to those of its items: two settings that must not give the same tree. */
const CHANGES: [string, Partial<FullInitramfsOptions>, Partial<FullInitramfsOptions>][] = [
  ['arch', { arch: 'arm64' }, { arch: 'x86_64' }],
  ['busybox', {}, { busybox: 'box' }],
  ['overlays', {}, overlay],
  ['files', {}, { files: [file] }],
  ['files.path', { files: [file] }, { files: [{ ...file, path: '/other' }] }],
  ['files.from', { files: [file] }, { files: [{ ...file, from: 'linux:Image' }] }],
  ['files.mode', { files: [file] }, { files: [{ ...file, mode: '0600' }] }],
  ['files.uid', { files: [file] }, { files: [{ ...file, uid: 1 }] }],
  ['files.gid', { files: [file] }, { files: [{ ...file, gid: 1 }] }],
  ['directories', {}, { directories: [{ path: '/a' }] }],
  ['directories.path', { directories: [{ path: '/a' }] }, { directories: [{ path: '/b' }] }],
  ['directories.mode', { directories: [{ path: '/a' }] }, { directories: [{ path: '/a', mode: '1777' }] }],
  ['directories.uid', { directories: [{ path: '/a' }] }, { directories: [{ path: '/a', uid: 1 }] }],
  ['directories.gid', { directories: [{ path: '/a' }] }, { directories: [{ path: '/a', gid: 1 }] }],
  ['devices', {}, { devices: [device] }],
  ['devices.path', { devices: [device] }, { devices: [{ ...device, path: '/dev/y' }] }],
  ['devices.kind', { devices: [device] }, { devices: [{ ...device, kind: 'block' }] }],
  ['devices.major', { devices: [device] }, { devices: [{ ...device, major: 11 }] }],
  ['devices.minor', { devices: [device] }, { devices: [{ ...device, minor: 2 }] }],
  ['devices.mode', { devices: [device] }, { devices: [{ ...device, mode: '0666' }] }],
  ['devices.uid', { devices: [device] }, { devices: [{ ...device, uid: 1 }] }],
  ['devices.gid', { devices: [device] }, { devices: [{ ...device, gid: 1 }] }],
  ['symlinks', {}, { symlinks: [{ path: '/l', target: 'a' }] }],
  ['symlinks.path', { symlinks: [{ path: '/l', target: 'a' }] }, { symlinks: [{ path: '/m', target: 'a' }] }],
  [
    'symlinks.target',
    { symlinks: [{ path: '/l', target: 'a' }] },
    { symlinks: [{ path: '/l', target: 'b' }] },
  ],
  ['permissions', overlay, { ...overlay, permissions: [{ path: '/etc/motd', mode: '0600' }] }],
  [
    'permissions.path',
    { ...overlay, permissions: [{ path: '/etc/motd', uid: 1 }] },
    { ...overlay, permissions: [{ path: '/bin/tool', uid: 1 }] },
  ],
  ['permissions.mode', overlay, { ...overlay, permissions: [{ path: '/etc/motd', mode: '0600' }] }],
  ['permissions.uid', overlay, { ...overlay, permissions: [{ path: '/etc/motd', uid: 1 }] }],
  ['permissions.gid', overlay, { ...overlay, permissions: [{ path: '/etc/motd', gid: 1 }] }],
  ['init', {}, { init: 'script' }],
  ['initProgram', { init: 'program', initProgram: '/bin/a' }, { init: 'program', initProgram: '/bin/b' }],
  ['modules', { init: 'switch-root' }, { init: 'switch-root', modules: ['virtio_blk'] }],
  ['console', {}, { console: 'hvc0' }],
  ['login', {}, { login: 'getty' }],
  ['hostname', {}, { hostname: 'board' }],
  ['startup', {}, { startup: ['echo hi'] }],
  ['mounts', {}, { mounts: [mount] }],
  ['mounts.source', { mounts: [mount] }, { mounts: [{ ...mount, source: 'none' }] }],
  ['mounts.target', { mounts: [mount] }, { mounts: [{ ...mount, target: '/p' }] }],
  ['mounts.type', { mounts: [mount] }, { mounts: [{ ...mount, type: 'sysfs' }] }],
  ['mounts.options', { mounts: [mount] }, { mounts: [{ ...mount, options: 'ro' }] }],
  ['users', {}, users({})],
  ['users.name', users({}), users({ name: 'ann' })],
  ['users.uid', users({}), users({ uid: 1001 })],
  ['users.gid', users({}), users({ gid: 1001 })],
  ['users.home', users({}), users({ home: '/srv' })],
  ['users.shell', users({}), users({ shell: '/bin/ash' })],
  ['users.password', users({}), users({ password: 'secret' })],
  ['users.passwordHash', users({}), users({ passwordHash: '$6$x$y' })],
  ['users.comment', users({}), users({ comment: 'Joe' })],
  ['groups', {}, { groups: [{ name: 'wheel', gid: 10 }] }],
  ['groups.name', { groups: [{ name: 'wheel', gid: 10 }] }, { groups: [{ name: 'adm', gid: 10 }] }],
  ['groups.gid', { groups: [{ name: 'wheel', gid: 10 }] }, { groups: [{ name: 'wheel', gid: 11 }] }],
  [
    'groups.members',
    { groups: [{ name: 'wheel', gid: 10 }] },
    { groups: [{ name: 'wheel', gid: 10, members: ['root'] }] },
  ],
];
/** Not of the tree: how it is packed, and where to. The executor's own spec has them. */
const PACKING = ['compression', 'level', 'outputPath'];

describe('each option of the schema', () => {
  it.each(CHANGES)('%s changes the tree', async (_option, before, after) => {
    const hash = async (options: Partial<FullInitramfsOptions>) => hashTree(await tree(options));
    expect(await hash(after)).not.toBe(await hash(before));
    expect(await hash(after)).toBe(await hash(after));
  });

  it('is in that table', () => {
    type Property = { items?: { properties?: object } };
    const declared = Object.entries(schema.properties as Record<string, Property>).flatMap(
      ([name, { items }]) => [name, ...Object.keys(items?.properties ?? {}).map((key) => `${name}.${key}`)],
    );
    expect(CHANGES.map(([option]) => option).sort()).toEqual(
      declared.filter((name) => !PACKING.includes(name)).sort(),
    );
  });
});

it('puts every part where it belongs, later parts over earlier ones', async () => {
  const made = await tree({
    ...overlay,
    busybox: 'box',
    files: [
      { path: '/boot/Image', from: 'linux:Image' },
      { path: '/opt/app', from: 'app:app.bin', mode: '4755', uid: 7 },
      { path: '/etc/motd', from: 'files/data' },
    ],
    devices: [device],
    symlinks: [{ path: '/bin/vi', target: 'busybox' }],
    permissions: [{ path: '/bin/busybox', mode: '4711', gid: 5 }],
  });
  expect(made.get('bin/busybox')).toMatchObject({ type: 'file', mode: 0o4711, uid: 0, gid: 5 });
  expect(made.get('boot/Image')).toMatchObject({ content: { hostFile: join(root, 'dist/linux/Image') } });
  expect(made.get('opt/app')).toMatchObject({
    mode: 0o4755,
    uid: 7,
    content: { hostFile: join(root, 'out/app/app.bin') },
  });
  expect(made.get('etc/motd')).toMatchObject({
    mode: 0o644,
    content: { hostFile: join(root, 'overlay/etc/motd') },
  });
  expect(made.get('bin/tool')).toMatchObject({ mode: 0o755 });
  expect(made.get('dev/x')).toMatchObject({ type: 'device', major: 10 });
  expect(made.get('dev/console')).toMatchObject({ type: 'device', major: 5, minor: 1 });
  expect(made.get('init')).toMatchObject({ type: 'symlink', target: 'sbin/init' });
});

it('takes the default console from the arch', async () => {
  const consoleOf = async (arch: 'arm64' | 'x86_64') => {
    const entry = (await tree({ arch })).get('etc/inittab') as unknown as { content: { data: Buffer } };
    return /tty\w+/.exec(entry.content.data.toString())?.[0];
  };
  expect(await consoleOf('arm64')).toBe('ttyAMA0');
  expect(await consoleOf('x86_64')).toBe('ttyS0');
});

it.each([
  ['a missing file', { files: [{ path: '/x', from: 'no/such' }] }, 'FILE_MISSING', /no\/such.*ENOENT/],
  [
    'an artifact that is not built',
    { files: [{ path: '/x', from: 'box:gone' }] },
    'NOT_BUILT',
    /dist\/box\/gone of project box is missing.*nx run box:build --skip-nx-cache/,
  ],
  ['a missing overlay', { overlays: ['no/such'] }, 'OVERLAY_MISSING', /no\/such/],
  ['permissions of nothing', { permissions: [{ path: '/nope', uid: 1 }] }, 'NO_ENTRY', /\/nope/],
  ["another arch's BusyBox", { arch: 'x86_64', busybox: 'box' }, 'ARCH_MISMATCH', /box .* arm64.*Correct/],
  ['a program without its path', { init: 'program' }, 'NO_INIT_PROGRAM', /initProgram/],
] as const)('refuses %s', async (_what, options, code, message) => {
  await expect(tree(options as never)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

it('takes only the executable bit of a file, so that no umask shows', async () => {
  const hash = async () => hashTree(await tree({ files: [file], ...overlay }));
  const before = await hash();
  writeFileSync(join(root, 'files/data'), 'data\n');
  chmodSync(join(root, 'files/data'), 0o600);
  expect(await hash()).toBe(before);
  chmodSync(join(root, 'files/data'), 0o700);
  expect(await hash()).not.toBe(before);
  chmodSync(join(root, 'files/data'), 0o644);
});
