import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runProgram } from '@bringup/process';
import type { LockedArchive, SourceContext, SourceProgress, SourceSpec } from './model.js';
import { ensureSource, resolveSource } from './sources.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-debian-spec-'));
afterAll(async () => {
  await runProgram(['chmod', '-R', 'u+w', root]);
  rmSync(root, { recursive: true });
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const DATE = new Date('2024-03-01T12:00:00Z');

/** An archive of one directory, written by hand; packages can be added and taken away. */
class Archive {
  readonly path = mkdtempSync(join(root, 'archive-'));
  private readonly packages = new Map<string, string>();
  private readonly sources = new Map<string, string>();

  /** A binary package with a tarball, named like it, below /usr/src; or with none. */
  async addPackage(name: string, version: string, tarballs: string[] = [name]): Promise<void> {
    const work = mkdtempSync(join(root, 'deb-'));
    mkdirSync(join(work, 'deb/DEBIAN'), { recursive: true });
    mkdirSync(join(work, 'deb/usr/src'), { recursive: true });
    mkdirSync(join(work, 'linux'));
    writeFileSync(join(work, 'linux/Makefile'), `# ${name} ${version}\n`);
    utimesSync(join(work, 'linux/Makefile'), DATE, DATE);
    for (const tarball of tarballs)
      await runProgram(['tar', '-C', work, '-cJf', join(work, `deb/usr/src/${tarball}.tar.xz`), 'linux']);
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n`;
    writeFileSync(join(work, 'deb/DEBIAN/control'), control);
    const file = `${name}_${version.replace(':', '%3a')}_all.deb`;
    await runProgram(['dpkg-deb', '--root-owner-group', '-b', join(work, 'deb'), join(this.path, file)]);
    this.packages.set(
      file,
      `${control}Filename: ./${file}\nSize: ${statSync(join(this.path, file)).size}\nSHA256: ${sha256(join(this.path, file))}\n`,
    );
    this.publish();
  }

  /** A source package with one patch, made by dpkg-source. */
  async addSource(name: string, version: string): Promise<void> {
    const work = mkdtempSync(join(root, 'dsc-'));
    const tree = join(work, `${name}-${version}`);
    mkdirSync(join(tree, 'debian/source'), { recursive: true });
    writeFileSync(join(tree, 'Makefile'), 'all:\n');
    await runProgram([
      'tar',
      '-C',
      work,
      '--exclude=debian',
      '-czf',
      join(work, `${name}_${version}.orig.tar.gz`),
      `${name}-${version}`,
    ]);
    mkdirSync(join(tree, 'debian/patches'));
    writeFileSync(join(tree, 'debian/patches/series'), 'p.patch\n');
    writeFileSync(
      join(tree, 'debian/patches/p.patch'),
      '--- a/Makefile\n+++ b/Makefile\n@@ -1 +1,2 @@\n all:\n+patched:\n',
    );
    writeFileSync(join(tree, 'debian/source/format'), '3.0 (quilt)\n');
    writeFileSync(
      join(tree, 'debian/control'),
      `Source: ${name}\nMaintainer: A <a@example.org>\n\nPackage: ${name}\nArchitecture: all\nDescription: x\n`,
    );
    writeFileSync(
      join(tree, 'debian/changelog'),
      `${name} (${version}-1) unstable; urgency=low\n\n  * x\n\n -- A <a@example.org>  Fri, 01 Mar 2024 12:00:00 +0000\n`,
    );
    utimesSync(join(tree, 'debian/changelog'), DATE, DATE);
    writeFileSync(join(tree, 'Makefile'), 'all:\npatched:\n');
    await runProgram(['dpkg-source', '-b', tree], { cwd: work });
    const files = readdirSync(work).filter((file) => file.startsWith(`${name}_`));
    files.forEach((file) => cpSync(join(work, file), join(this.path, file)));
    const lines = files.map(
      (file) => ` ${sha256(join(work, file))} ${statSync(join(work, file)).size} ${file}\n`,
    );
    this.sources.set(
      name,
      `Package: ${name}\nVersion: ${version}-1\nDirectory: .\nFormat: 3.0 (quilt)\nBinary: ${name}\nArchitecture: all\nChecksums-Sha256:\n${lines.join('')}`,
    );
    this.publish();
  }

  removePackage(file: string): void {
    this.packages.delete(file);
    rmSync(join(this.path, file));
    this.publish();
  }

  private publish(): void {
    writeFileSync(join(this.path, 'Packages'), [...this.packages.values()].join('\n'));
    writeFileSync(join(this.path, 'Sources'), [...this.sources.values()].join('\n'));
    const lines = ['Packages', 'Sources'].map(
      (name) => ` ${sha256(join(this.path, name))} ${statSync(join(this.path, name)).size} ${name}\n`,
    );
    writeFileSync(
      join(this.path, 'Release'),
      `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}\nSHA256:\n${lines.join('')}`,
    );
  }
}

let archive: Archive;
let ctx: SourceContext;
let progress: SourceProgress[];
beforeEach(() => {
  archive = new Archive();
  chmodSync(root, 0o755);
  progress = [];
  ctx = {
    home: mkdtempSync(join(root, 'home-')),
    project: 'kernel',
    force: true,
    // Only `deb`, as most hosts have it.
    hostEntries: [{ name: 'a.list', text: `deb [trusted=yes] file:${archive.path} ./\n` }],
    onProgress: (step) => progress.push(step),
  };
});

const kernel: SourceSpec = { kind: 'debian-package', package: 'linux-source-6.1' };
/** A PATH with one program in it. */
function pathWithOnly(program: string): string {
  const directory = mkdtempSync(join(root, 'path-'));
  const found = process.env['PATH']!.split(':')
    .map((place) => join(place, program))
    .find((path) => existsSync(path));
  symlinkSync(found!, join(directory, program));
  return directory;
}

/** Serves the archive by HTTP. `before` may answer first, or take its time. */
async function serve(before: (file: string, response: ServerResponse) => unknown) {
  const server = createServer(async (request, response) => {
    const file = join(archive.path, basename(request.url!));
    await before(file, response);
    if (response.writableEnded) return;
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hostEntries = [{ name: 'a.list', text: `deb [trusted=yes] ${url} ./\n` }];
  return { hostEntries, close: () => server.close() };
}

/** The file of a lock stays: if it were removed, a process that waits and a new one could both hold the lock (decision 0016). */
const isNoLock = (name: string) => !name.endsWith('.flock');
const left = (...names: string[]) =>
  names.flatMap((name) => readdirSync(join(ctx.home, name))).filter(isNoLock);

it('resolves, downloads and unpacks a binary package, and uses the tree from then on', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  await archive.addPackage('linux-source-6.1', '6.1.10-1');
  const locked = (await resolveSource(kernel, ctx)) as LockedArchive;
  const file = join(archive.path, 'linux-source-6.1_6.1.10-1_all.deb');
  expect(locked).toEqual({
    kind: 'debian-package',
    package: 'linux-source-6.1',
    version: '6.1.10-1',
    sha256: sha256(file),
  });
  const tree = await ensureSource(kernel, locked, ctx);
  expect(tree).toEqual({
    path: join(ctx.home, 'sources', locked.sha256.slice(0, 32)),
    identity: locked.sha256,
    epoch: DATE.getTime() / 1000,
  });
  expect(readFileSync(join(tree.path, 'Makefile'), 'utf8')).toBe('# linux-source-6.1 6.1.10-1\n');
  expect(statSync(join(tree.path, 'Makefile')).mode & 0o777).toBe(0o444);
  expect(left('sources', 'downloads', 'locks')).toEqual([locked.sha256.slice(0, 32)]);
  const { size } = statSync(file);
  expect(progress).toContainEqual({ what: 'linux-source-6.1 6.1.10-1', doneBytes: size, totalBytes: size });
  rmSync(archive.path, { recursive: true });
  expect(await ensureSource(kernel, locked, ctx)).toEqual(tree);
});

it('unpacks a source package with its patches, dated by its changelog', async () => {
  await archive.addSource('demo', '1.0');
  const spec: SourceSpec = { kind: 'debian-source', package: 'demo' };
  const locked = (await resolveSource(spec, ctx)) as LockedArchive;
  const files = ['demo_1.0-1.debian.tar.xz', 'demo_1.0-1.dsc', 'demo_1.0.orig.tar.gz'];
  expect(locked.files!.map((file) => file.name)).toEqual(files);
  const lines = files.map((file) => `${sha256(join(archive.path, file))}  ${file}\n`).sort();
  expect(locked.sha256).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
  const tree = await ensureSource(spec, locked, ctx);
  expect(readFileSync(join(tree.path, 'Makefile'), 'utf8')).toContain('patched');
  expect(tree.epoch).toBe(DATE.getTime() / 1000);
});

it('fetches a locked version that is older than the newest, with lists that it has to fetch first', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const locked = await resolveSource(kernel, ctx);
  await archive.addPackage('linux-source-6.1', '6.1.10-1');
  const tree = await ensureSource(kernel, locked, { ...ctx, home: mkdtempSync(join(root, 'home-')) });
  expect(readFileSync(join(tree.path, 'Makefile'), 'utf8')).toContain('6.1.9-1');
});

it('keeps the package lists of other entries that share the store', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const locked = await resolveSource(kernel, { ...ctx, force: false });
  const other = new Archive();
  await other.addPackage('linux-source-6.12', '6.12.1-1');
  const hostEntries = [{ name: 'b.list', text: `deb [trusted=yes] file:${other.path} ./\n` }];
  await resolveSource({ kind: 'debian-package', package: 'linux-source-6.12' }, { ...ctx, hostEntries });
  // Its lists are fresh for this process, so they are not fetched again.
  const tree = await ensureSource(kernel, locked, { ...ctx, force: false });
  expect(readFileSync(join(tree.path, 'Makefile'), 'utf8')).toContain('6.1.9-1');
});

it('says so when the archive has moved on, and what to run', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const locked = await resolveSource(kernel, ctx);
  await archive.addPackage('linux-source-6.1', '6.1.10-1');
  archive.removePackage('linux-source-6.1_6.1.9-1_all.deb');
  ctx = { ...ctx, home: mkdtempSync(join(root, 'home-')) };
  await expect(ensureSource(kernel, locked, ctx)).rejects.toMatchObject({
    code: 'SOURCE_GONE',
    message:
      'linux-source-6.1: version 6.1.9-1 is locked in bringup.lock but the archive no longer has it (it has 6.1.10-1). Move on with: npx nx g @bringup/nx:update --ifNeeded',
  });
  expect(left('downloads', 'locks')).toEqual([]);
});

it('notices that the archive has moved on since its lists were read', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const locked = (await resolveSource(kernel, ctx)) as LockedArchive;
  archive.removePackage('linux-source-6.1_6.1.9-1_all.deb');
  const message = expect.stringContaining('(it has no version of it)') as string;
  await expect(ensureSource(kernel, locked, ctx)).rejects.toMatchObject({ code: 'SOURCE_GONE', message });
});

it('says what the process does that another one waits for', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  let onWait!: (message: string) => void;
  const told = new Promise<string>((resolve) => (onWait = resolve));
  // The archive does not answer before the other one has said that it waits.
  const served = await serve(() => told);
  try {
    const both = [1, 2].map(() => resolveSource(kernel, { ...ctx, hostEntries: served.hostEntries, onWait }));
    expect(await told).toBe(`waiting for process ${process.pid}, which is updating the package lists`);
    const [one, other] = await Promise.all(both);
    expect(one).toEqual(other);
  } finally {
    served.close();
  }
});

it('refuses an archive whose version has other bytes than the locked ones', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const locked = (await resolveSource(kernel, ctx)) as LockedArchive;
  const wanted = '0'.repeat(64);
  await expect(ensureSource(kernel, { ...locked!, sha256: wanted }, ctx)).rejects.toMatchObject({
    code: 'BAD_SHA256',
    fields: { wanted, got: locked.sha256 },
  });
  const file = join(archive.path, 'linux-source-6.1_6.1.9-1_all.deb');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0, bytes.length - 4));
  await expect(ensureSource(kernel, locked, ctx)).rejects.toMatchObject({
    code: 'BAD_SHA256',
    fields: { wanted: locked.sha256, got: sha256(file) },
  });
  expect(left('sources', 'downloads')).toEqual([]);
});

it.each<[string, string[], string | undefined]>([
  ['the newest version, as numbers', ['linux-source-6.9', 'linux-source-6.12'], 'linux-source-6.12'],
  [
    'only names with a version',
    ['linux-source', 'linux-source-6.9', 'linux-sources-7.0'],
    'linux-source-6.9',
  ],
  ['nothing', ['linux-source'], undefined],
])('falls back to %s', async (_, names, expected) => {
  for (const name of names) await archive.addPackage(name, `${/[\d.]+$/.exec(name)?.[0] ?? '9'}-1`);
  const resolved = resolveSource({ ...kernel, fallback: 'linux-source-*' }, ctx);
  if (expected) expect(await resolved).toMatchObject({ package: expected });
  else await expect(resolved).rejects.toMatchObject({ code: 'PACKAGE_NOT_FOUND' });
});

it('does not take a name for a regular expression, and names what is similar', async () => {
  await archive.addPackage('linux-source-6x1', '1');
  await archive.addPackage('linux-source-6.12', '1');
  await expect(resolveSource(kernel, ctx)).rejects.toMatchObject({
    code: 'PACKAGE_NOT_FOUND',
    fields: { near: ['linux-source-6.12', 'linux-source-6x1'] },
  });
  await expect(resolveSource({ kind: 'debian-source', package: '-oAPT::x' }, ctx)).rejects.toMatchObject({
    code: 'PACKAGE_NAME_INVALID',
  });
});

it('refuses a package without a tarball, and one with two that are not its own', async () => {
  await archive.addPackage('linux-source-6.1', '1', []);
  await expect(ensureSource(kernel, await resolveSource(kernel, ctx), ctx)).rejects.toMatchObject({
    code: 'NO_SOURCE_IN_PACKAGE',
  });
  await archive.addPackage('linux-source-6.1', '2', ['a', 'b']);
  await expect(ensureSource(kernel, await resolveSource(kernel, ctx), ctx)).rejects.toMatchObject({
    code: 'NO_SOURCE_IN_PACKAGE',
  });
  expect(left('sources', 'downloads')).toEqual([]);
});

it('asks for an update when the lock has no entry, or another package in its place', async () => {
  const expected = {
    code: 'SOURCE_NOT_LOCKED',
    message: expect.stringContaining('npx nx g @bringup/nx:update --ifNeeded'),
  };
  await expect(ensureSource(kernel, undefined, ctx)).rejects.toMatchObject(expected);
  await expect(
    ensureSource(kernel, { kind: 'debian-package', package: 'x', version: '1', sha256: '0' }, ctx),
  ).rejects.toMatchObject(expected);
});

it('shows the answer of a server that does not give the file', async () => {
  await archive.addPackage('linux-source-6.1', '6.1.9-1');
  const served = await serve((file, response) => {
    if (!file.endsWith('.deb')) return;
    response.writeHead(503, 'Backend is asleep').end();
  });
  const context = { ...ctx, hostEntries: served.hostEntries };
  try {
    await expect(ensureSource(kernel, await resolveSource(kernel, context), context)).rejects.toMatchObject({
      code: 'APT_FAILED',
      message: expect.stringMatching(
        /could not be downloaded:\n[^]*Err:1 http:[^\n]*\n +503 +Backend is asleep/,
      ),
    });
  } finally {
    served.close();
  }
});

it('tells a failed refresh from a version that is gone', async () => {
  rmSync(archive.path, { recursive: true });
  const locked = {
    kind: 'debian-package',
    package: 'linux-source-6.1',
    version: '1',
    sha256: '0'.repeat(64),
  } as const;
  await expect(ensureSource(kernel, locked, ctx)).rejects.toMatchObject({ code: 'APT_FAILED' });
});

it('says what to do on a host without entries, or without apt', async () => {
  await expect(resolveSource(kernel, { ...ctx, hostEntries: [] })).rejects.toMatchObject({
    code: 'APT_NO_ENTRIES',
    message: expect.stringContaining('"tarball"'),
  });
  const path = process.env['PATH'];
  process.env['PATH'] = pathWithOnly('flock');
  try {
    await expect(resolveSource(kernel, ctx)).rejects.toMatchObject({
      code: 'APT_MISSING',
      message: expect.stringContaining('"tarball"'),
    });
  } finally {
    process.env['PATH'] = path;
  }
  expect(existsSync(join(ctx.home, 'apt', 'lock.lock'))).toBe(false);
});
