import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AbortedError, runProgram } from '@bringup/process';
import type { SourceContext, SourceProgress, SourceSpec } from './model.js';
import { ensureSource, resolveSource } from './sources.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-tarball-spec-'));
const tarball = join(root, 'demo.tar.gz');
const DATE = new Date('2024-03-01T12:00:00Z');
let bytes: Buffer;
let sha256: string;
let requests: string[];
let base: string;
let ctx: SourceContext;
let progress: SourceProgress[];

/** The server's response to each path. Any other path gets 404. */
const routes: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
  '/good.tar.gz': (response) => response.setHeader('content-length', bytes.length).end(bytes),
  '/redirect': (response) => response.writeHead(302, { location: '/good.tar.gz' }).end(),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/encoded': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes),
  '/page': (response) => response.end('<html>Log in to this network</html>'),
  '/truncated': (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 100), () => response.destroy());
  },
  '/half-then-wait': (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 100));
  },
};
const server = createServer((request, response) => {
  requests.push(request.url!);
  const route = routes[request.url!];
  if (route) route(response, request);
  else response.writeHead(404).end('not here');
});

beforeAll(async () => {
  mkdirSync(join(root, 'demo-1/sub'), { recursive: true });
  writeFileSync(join(root, 'demo-1/Makefile'), 'all:\n');
  writeFileSync(join(root, 'demo-1/sub/run'), '#!/bin/sh\n', { mode: 0o4755 });
  utimesSync(join(root, 'demo-1/Makefile'), DATE, DATE);
  await runProgram(['tar', '-C', root, '-czf', tarball, 'demo-1']);
  bytes = readFileSync(tarball);
  sha256 = createHash('sha256').update(bytes).digest('hex');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await runProgram(['chmod', '-R', 'u+w', root]);
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  requests = [];
  progress = [];
  ctx = { home: mkdtempSync(join(root, 'home-')), onProgress: (step) => progress.push(step) };
});

const from = (...paths: string[]): SourceSpec => ({
  kind: 'tarball',
  url: paths.map((path) => base + path),
  sha256,
});
const ensure = (spec: SourceSpec) => ensureSource(spec, undefined, ctx);
/** The file of a lock stays: if it were removed, a process that waits and a new one could both hold the lock (decision 0016). */
const isNoLock = (name: string) => !name.endsWith('.flock');
const left = () =>
  ['sources', 'downloads', 'locks'].flatMap((name) => readdirSync(join(ctx.home, name))).filter(isNoLock);

it('resolves to itself', async () => {
  const spec: SourceSpec = {
    kind: 'tarball',
    url: 'https://a.example/x.tar.xz',
    sha256: sha256.toUpperCase(),
  };
  expect(await resolveSource(spec, ctx)).toEqual({
    kind: 'tarball',
    url: ['https://a.example/x.tar.xz'],
    sha256,
  });
  await expect(resolveSource({ ...spec, sha256: 'abc' }, ctx)).rejects.toMatchObject({
    code: 'SHA256_INVALID',
  });
});

it.each(['/good.tar.gz', '/redirect', '/encoded'])('downloads and unpacks %s, once', async (path) => {
  const tree = await ensure(from(path));
  expect(tree).toEqual({
    path: join(ctx.home, 'sources', sha256.slice(0, 32)),
    identity: sha256,
    epoch: DATE.getTime() / 1000,
  });
  expect(statSync(join(tree.path, 'sub/run')).mode & 0o7777).toBe(0o555);
  expect(progress).toContainEqual(expect.objectContaining({ doneBytes: bytes.length }));
  expect(left()).toEqual([sha256.slice(0, 32)]);
  const asked = requests.length;
  expect(await ensure(from('/gone'))).toEqual(tree);
  expect(requests).toHaveLength(asked);
});

it.each([
  ['/missing', /HTTP status 404 Not Found/],
  ['/truncated', /broke off after 100 of \d+ bytes/],
  ['/page', /wanted sha256 .*\n.*got {4}sha256/],
  ['/loop', /more than 10 redirects/],
])('goes to the next mirror after %s and says why', async (path, reason) => {
  await ensure(from(path, '/good.tar.gz'));
  const notes = progress.flatMap((step) => ('note' in step ? [step.note] : []));
  expect(notes[0]).toMatch(new RegExp(`^${base}${path}: `));
  expect(notes[0]).toMatch(reason);
});

it.each([
  [
    'DOWNLOAD_FAILED',
    ['/missing', '/truncated'],
    /missing: HTTP status 404 Not Found\n.*truncated: broke off/,
  ],
  ['BAD_SHA256', ['/page'], /page are not the expected ones/],
  ['BAD_SHA256', ['/missing', '/page'], /missing: HTTP[^]*page: [^]*wanted/],
])('%s when there is only %j; leaves nothing behind', async (code, paths, message) => {
  await expect(ensure(from(...paths))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(left()).toEqual([]);
});

it('names a host that does not answer', async () => {
  const url = 'http://127.0.0.1:1/x.tar';
  await expect(ensure({ kind: 'tarball', url, sha256 })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  await expect(ensure({ kind: 'tarball', url: 'x.tar', sha256 })).rejects.toMatchObject({
    code: 'URL_INVALID',
  });
});

it('reads file: URLs, and keeps trees apart that are stripped otherwise', async () => {
  const spec: SourceSpec = { kind: 'tarball', url: pathToFileURL(tarball).href, sha256 };
  const stripped = await ensure(spec);
  const whole = await ensure({ ...spec, stripComponents: 0 });
  expect(readdirSync(stripped.path).sort()).toEqual(['Makefile', 'sub']);
  expect(readdirSync(whole.path)).toEqual(['demo-1']);
  expect(whole.identity).not.toBe(stripped.identity);
  await expect(ensure({ ...spec, stripComponents: 5 })).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
});

it.each([
  ['a truncated .tar.gz', ['gzip'], (all: Buffer) => all.subarray(0, -20)],
  ['a damaged .tar.gz', ['gzip'], (all: Buffer) => Buffer.concat([all.subarray(0, 60), Buffer.alloc(60, 7)])],
  ['a truncated .tar.xz', ['xz'], (all: Buffer) => all.subarray(0, -20)],
  ['a truncated .tar.zst', ['zstd'], (all: Buffer) => all.subarray(0, -20)],
  ['a truncated .tar.bz2', ['bzip2'], (all: Buffer) => all.subarray(0, -20)],
  ['a truncated .tar', undefined, (all: Buffer) => all.subarray(0, 1300)],
  ['no tarball', undefined, () => Buffer.from('<html>Log in to this network</html>'.repeat(40))],
] as const)('says that %s with the right sha256 is damaged', async (_what, compressor, damage) => {
  const plain = join(root, 'damaged.tar');
  await runProgram([
    'tar',
    '-C',
    root,
    '-cf',
    plain,
    ...(compressor ? [`--use-compress-program=${compressor[0]}`] : []),
    'demo-1',
  ]);
  const damaged = damage(readFileSync(plain));
  writeFileSync(plain, damaged);
  const digest = createHash('sha256').update(damaged).digest('hex');
  await expect(
    ensure({ kind: 'tarball', url: pathToFileURL(plain).href, sha256: digest }),
  ).rejects.toMatchObject({
    code: 'TARBALL_DAMAGED',
    message: expect.stringMatching(
      /damaged\.tar is not a complete tarball:\n.+[^]*Download the tarball again/,
    ),
  });
  expect(left()).toEqual([]);
});

it('stops in the middle of a download and leaves nothing', async () => {
  const controller = new AbortController();
  ctx.signal = controller.signal;
  ctx.onProgress = (step) => {
    if ('doneBytes' in step && step.doneBytes > 0) controller.abort(new AbortedError('SIGINT'));
  };
  await expect(ensure(from('/half-then-wait', '/good.tar.gz'))).rejects.toMatchObject({ code: 'ABORTED' });
  expect(requests).toEqual(['/half-then-wait']);
  expect(left()).toEqual([]);
});

it('lets a second one wait for the first, and downloads once', async () => {
  const waits: string[] = [];
  const held: (() => void)[] = [];
  const answer = () => {
    if (waits.length === 1) held.splice(0).forEach((end) => end());
  };
  ctx.onWait = (message) => {
    waits.push(message);
    answer();
  };
  routes['/held'] = (response) => {
    held.push(() => response.end(bytes));
    answer();
  };
  const trees = await Promise.all([ensure(from('/held')), ensure(from('/held'))]);
  expect(trees[0]).toEqual(trees[1]);
  expect(requests).toEqual(['/held']);
  expect(waits).toEqual([
    expect.stringMatching(/^waiting for process \d+, which is fetching http:.*\/held$/),
  ]);
});

it('goes through the proxy of the environment, but not where no_proxy says so', async () => {
  const tunnels: string[] = [];
  const proxy = createServer().on('connect', (request: IncomingMessage, socket: Duplex) => {
    tunnels.push(request.url!);
    const { port } = server.address() as AddressInfo;
    const onward = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    onward.pipe(socket).pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const saved = { ...process.env };
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  process.env['no_proxy'] = 'direct.example';
  try {
    await ensure({ kind: 'tarball', url: 'http://kernel.example/good.tar.gz', sha256 });
    expect(tunnels).toEqual(['kernel.example:80']);
    const direct: SourceSpec = {
      kind: 'tarball',
      url: 'http://direct.example/good.tar.gz',
      sha256,
      stripComponents: 0,
    };
    await expect(ensure(direct)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(tunnels).toHaveLength(1);
  } finally {
    process.env = saved;
    warning.mockRestore();
    proxy.close();
  }
});
