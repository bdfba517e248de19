import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortedError, runProgram } from '@bringup/process';
import { gitUrls, isUnauthenticated } from './git-address.js';
import type { GitSpec, LockedSource, SourceContext, SourceProgress } from './model.js';
import { ensureSource, isSourceAvailable, lockedIdentity, presentSource, resolveSource } from './sources.js';
import { COMMIT_TIME, GitRepository, serveGit } from '../testing/git-repository.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-git-spec-'));
const saved = { ...process.env };
let ctx: SourceContext;
let progress: SourceProgress[];
let repository: GitRepository;

/** Writes the user's own git configuration. */
const userConfig = (text: string) => {
  const file = join(mkdtempSync(join(root, 'config-')), 'config');
  writeFileSync(file, text);
  process.env['GIT_CONFIG_GLOBAL'] = file;
};
const newRepository = (...options: string[]) =>
  new GitRepository(join(mkdtempSync(join(root, 'server-')), 'demo.git'), ...options);
const from = (spec: Partial<GitSpec>): GitSpec => ({ kind: 'git', url: repository.url, ...spec });
/** Locks a source and makes its tree. */
const build = async (spec: GitSpec) => ensureSource(spec, await resolveSource(spec, ctx), ctx);
const notes = () => progress.flatMap((step) => ('note' in step ? [step.note] : []));
/** The file of a lock stays: if it were removed, a process that waits and a new one could both hold the lock (decision 0016). */
const isNoLock = (name: string) => !name.endsWith('.flock');
const left = () =>
  ['sources', 'downloads', 'locks'].flatMap((name) => readdirSync(join(ctx.home, name))).filter(isNoLock);

beforeEach(() => {
  process.env = { ...saved, GIT_CONFIG_NOSYSTEM: '1', HOME: mkdtempSync(join(root, 'user-')) };
  userConfig('');
  progress = [];
  ctx = {
    home: mkdtempSync(join(root, 'home-')),
    project: 'kernel',
    onProgress: (step) => progress.push(step),
  };
  repository = newRepository();
});
afterEach(() => (process.env = saved));
afterAll(async () => {
  await runProgram(['chmod', '-R', 'u+w', root]);
  rmSync(root, { recursive: true });
});

describe('what is locked', () => {
  it('is the commit that a tag, an annotated tag or a branch leads to', async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    repository.git('tag', 'v1');
    repository.git('tag', '--annotate', '--message=one', 'v1.0');
    const url = [repository.url];
    expect(await resolveSource(from({ tag: 'v1' }), ctx)).toEqual({ kind: 'git', url, commit, tag: 'v1' });
    expect(await resolveSource(from({ tag: 'v1.0' }), ctx)).toMatchObject({ commit, tag: 'v1.0' });
    expect(await resolveSource(from({ branch: 'main' }), ctx)).toEqual({
      ...{ kind: 'git', url, commit },
      branch: 'main',
    });
  });

  it('is a commit by its own name, without asking anybody', async () => {
    const commit = 'A'.repeat(40);
    const url = ['https://nowhere.invalid/linux.git', 'ssh://git@nowhere.invalid/linux.git'];
    const locked = await resolveSource({ kind: 'git', url, commit }, ctx);
    expect(locked).toEqual({ kind: 'git', url, commit: 'a'.repeat(40) });
    expect(lockedIdentity(locked!)).toBe('a'.repeat(40));
    expect(await isSourceAvailable(locked!, ctx)).toBe(true);
  });

  it('stays when the tag is moved, until it is resolved anew', async () => {
    repository.commit({ Makefile: 'one:\n' });
    repository.git('tag', 'v1');
    const spec = from({ tag: 'v1' });
    const before = await resolveSource(spec, ctx);
    repository.commit({ Makefile: 'two:\n' });
    repository.git('tag', '--force', 'v1');
    const makefile = async (locked: LockedSource | undefined) =>
      readFileSync(join((await ensureSource(spec, locked, ctx)).path, 'Makefile'), 'utf8');
    expect(await makefile(before)).toBe('one:\n');
    expect(await makefile(await resolveSource(spec, ctx))).toBe('two:\n');
  });

  it('is needed for a tag', async () => {
    await expect(ensureSource(from({ tag: 'v1' }), undefined, ctx)).rejects.toMatchObject({
      code: 'SOURCE_NOT_LOCKED',
      message: expect.stringContaining('npx nx g @bringup/nx:update --ifNeeded'),
    });
  });
});

describe('the tree', () => {
  it('has the files of the commit, read-only, dated by it, and nothing of git', async () => {
    const commit = repository.commit({
      Makefile: 'all:\n',
      'sub/run': { text: '#!/bin/sh\n', executable: true },
      'sub/link': { link: '../Makefile' },
    });
    repository.git('tag', 'v1');
    const tree = await build(from({ tag: 'v1' }));
    expect(tree).toEqual({
      path: join(ctx.home, 'sources', commit.slice(0, 32)),
      identity: commit,
      epoch: COMMIT_TIME,
    });
    expect(readdirSync(tree.path).sort()).toEqual(['Makefile', 'sub']);
    expect(statSync(join(tree.path, 'sub/run')).mode & 0o7777).toBe(0o555);
    expect(statSync(join(tree.path, 'Makefile')).mode & 0o7777).toBe(0o444);
    expect(statSync(join(tree.path, 'sub/run')).mtimeMs).toBe(COMMIT_TIME * 1000);
    expect(readlinkSync(join(tree.path, 'sub/link'))).toBe('../Makefile');
    expect(left()).toEqual([commit.slice(0, 32)]);
    expect(notes()).toEqual([expect.stringMatching(/^fetching commit/), 'unpacking']);
    expect(progress).toContainEqual(
      expect.objectContaining({ what: 'demo v1', doneObjects: 6, totalObjects: 6 }),
    );
  });

  it('is found offline, by whatever mirror or name: the commit is the source', async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    repository.git('tag', 'v1');
    const locked = await resolveSource(from({ tag: 'v1' }), ctx);
    const tree = await ensureSource(from({ tag: 'v1' }), locked, ctx);
    renameSync(repository.path, `${repository.path}.gone`);
    expect(await ensureSource(from({ tag: 'v1' }), locked, ctx)).toEqual(tree);
    expect(await ensureSource(from({ url: 'https://other.invalid/x.git', commit }), undefined, ctx)).toEqual(
      tree,
    );
    expect(await presentSource(from({ tag: 'v1' }), locked, ctx.home)).toBe(tree.path);
    expect(await presentSource(from({ tag: 'v1' }), undefined, ctx.home)).toBeUndefined();
  });

  it('has the bytes of the commit, whatever attributes, configuration and hooks say', async () => {
    const files = {
      '.gitattributes':
        '*.txt text eol=crlf\n*.id ident\n*.sub export-subst\nhidden export-ignore\n*.bin filter=lfs\n*.utf working-tree-encoding=UTF-16LE\n',
      'unix.txt': 'a\nb\n',
      'dos.txt': 'a\r\nb\r\n',
      'a.id': '$Id$\n',
      'a.sub': '$Format:%H$\n',
      hidden: 'x\n',
      'a.bin': 'version https://git-lfs.github.com/spec/v1\n',
      'a.utf': 'a\n',
      plain: 'a\nb\n',
    };
    repository.commit(files);
    const hooks = mkdtempSync(join(root, 'hooks-'));
    const ran = join(hooks, 'ran');
    for (const name of ['post-checkout', 'post-index-change', 'reference-transaction', 'smudge']) {
      writeFileSync(join(hooks, name), `#!/bin/sh\necho ${name} >> ${ran}\n`);
      chmodSync(join(hooks, name), 0o755);
    }
    writeFileSync(join(hooks, 'attributes'), '* text eol=crlf\n');
    userConfig(
      `[core]\nautocrlf = true\neol = crlf\nhooksPath = ${hooks}\nattributesFile = ${hooks}/attributes\n` +
        `[filter "lfs"]\nsmudge = ${hooks}/smudge\nrequired = true\n[init]\ntemplateDir = ${hooks}\n`,
    );
    const { path } = await build(from({ branch: 'main' }));
    const found = readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]);
    expect(Object.fromEntries(found)).toEqual(files);
    expect(readdirSync(hooks)).not.toContain('ran');
  });

  it('is that of a repository with SHA-256', async () => {
    repository = newRepository('--object-format=sha256');
    const commit = repository.commit({ Makefile: 'all:\n' });
    expect(commit).toHaveLength(64);
    expect((await build(from({ branch: 'main' }))).identity).toBe(commit);
  });

  it('fetches no submodules, and says so', async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    const blob = repository.pipe('[submodule "s"]\npath = s\nurl = ../s\n', 'hash-object', '-w', '--stdin');
    const hostless = repository.commitTree(
      `100644 blob ${blob}\t.gitmodules\n`,
      `160000 commit ${commit}\ts\n`,
    );
    const { path } = await build(from({ commit: hostless }));
    expect(readdirSync(join(path, 's'))).toEqual([]);
    expect(notes().at(-1)).toMatch(/submodules .* not fetched/);
  });

  it('is not made of links that lead out, of names of git, or of nothing', async () => {
    const link = repository.commit({ Makefile: 'all:\n', bad: { link: '/etc/passwd' } });
    const blob = repository.pipe('x', 'hash-object', '-w', '--stdin');
    const config = repository.pipe(`100644 blob ${blob}\tconfig\n`, 'mktree');
    const git = repository.commitTree(`040000 tree ${config}\t.git\n`);
    const above = repository.commitTree(`100644 blob ${blob}\t..\n`);
    const nothing = repository.commitTree();
    for (const [commit, code, name] of [
      [link, 'SOURCE_UNSAFE', 'bad'],
      [git, 'SOURCE_UNSAFE', '.git/config'],
      [above, 'SOURCE_UNSAFE', '..'],
      [nothing, 'SOURCE_EMPTY', undefined],
    ] as const)
      await expect(build(from({ commit }))).rejects.toMatchObject({ code, fields: name ? { name } : {} });
    expect(left()).toEqual([]);
  });
});

describe('servers', () => {
  it('are tried in order, and each failure is reported', async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    repository.git('tag', 'v1');
    const empty = newRepository();
    const none = `file://${root}/no/such.git`;
    const spec = from({ url: [none, empty.url, repository.url], tag: 'v1' });
    const locked = await resolveSource(spec, ctx);
    expect(locked).toMatchObject({ commit, url: spec.url });
    expect(notes()).toEqual([
      expect.stringMatching(/^file:.*such.git: .*does not appear to be a git repository.*: trying/),
      expect.stringMatching(/has no tag v1: trying/),
    ]);
    expect((await ensureSource(spec, locked, ctx)).identity).toBe(commit);
    expect(notes()).toContainEqual(expect.stringContaining(`does not have commit ${commit}`));
  });

  it.each([
    [
      'DOWNLOAD_FAILED',
      [`file://${root}/no.git`, 'https://127.0.0.1:1/x.git'],
      /no\.git: [^]*127\.0\.0\.1:1\/x\.git: .*connect/,
    ],
    ['DOWNLOAD_FAILED', ['git://127.0.0.1:1/x.git'], /git:\/\/127\.0\.0\.1:1\/x\.git: .*Connection refused/],
  ])('%s when there are only %j', async (code, url, message) => {
    const failure = { code, message: expect.stringMatching(message) };
    await expect(resolveSource({ kind: 'git', url, tag: 'v1' }, ctx)).rejects.toMatchObject(failure);
    await expect(build({ kind: 'git', url, commit: 'a'.repeat(40) })).rejects.toMatchObject(failure);
    expect(left()).toEqual([]);
  });

  it.each([
    [{ tag: 'v6.21' }, /no tag v6\.21[^]*Did you mean v6\.12/],
    [{ tag: 'main' }, /It has a branch of that name: give "branch"/],
    [{ branch: 'v6.12' }, /It has a tag of that name: give "tag"/],
    [{ branch: 'something-else' }, /There are: main/],
    [{ tag: 'something-else' }, /It has 12, among them: .*v9/],
  ])('names what there is instead of %j', async (ref, message) => {
    repository.commit({ Makefile: 'all:\n' });
    for (const name of ['v6.12', 'w1', ...Array.from({ length: 10 }, (_, index) => `v${index}`)])
      repository.git('tag', '--annotate', '--message=x', name);
    await expect(resolveSource(from(ref), ctx)).rejects.toMatchObject({
      code: 'GIT_REF_NOT_FOUND',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['commit', { commit: 'b'.repeat(40) }, /does not have commit b+[^]*Correct "commit" or "url"/],
    ['tag', { tag: 'v1' }, /does not have commit b+[^]*nx run kernel:update/],
  ])('have not every commit: a %s', async (_by, ref, message) => {
    repository.commit({ Makefile: 'all:\n' });
    const locked: LockedSource = { kind: 'git', url: [repository.url], commit: 'b'.repeat(40), ...ref };
    await expect(ensureSource(from(ref), locked, ctx)).rejects.toMatchObject({
      code: 'GIT_COMMIT_NOT_FOUND',
      message: expect.stringMatching(message),
    });
    expect(left()).toEqual([]);
  });

  it('that give out no bare commits are asked for the tag that leads to it', async () => {
    const old = repository.commit({ Makefile: 'old:\n' });
    repository.git('tag', '--annotate', '--message=x', 'v1');
    const head = repository.commit({ Makefile: 'new:\n' });
    repository.git('commit', '--quiet', '--allow-empty', '--message=later');
    // Under the older protocol, which servers may be limited to, they do not unless they are configured to.
    userConfig('[protocol]\nversion = 0\n');
    expect((await build(from({ commit: old }))).identity).toBe(old);
    await expect(build(from({ commit: head }))).rejects.toMatchObject({
      code: 'GIT_COMMIT_NOT_FOUND',
      message: expect.stringContaining('as no tag or branch leads to it now'),
    });
  });

  it('may have something else than a commit under a name', async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    repository.git('tag', '--annotate', '--message=x', 'v1');
    repository.git('tag', 'tree', 'HEAD^{tree}');
    const tag = repository.git('rev-parse', 'v1');
    const failure = (message: RegExp) => ({
      code: 'GIT_NOT_A_COMMIT',
      message: expect.stringMatching(message),
    });
    await expect(build(from({ commit: tag }))).rejects.toMatchObject(
      failure(new RegExp(`is a tag.*${commit}`)),
    );
    await expect(build(from({ tag: 'tree' }))).rejects.toMatchObject(failure(/is a tree/));
  });

  it('are reached by HTTP, and only one commit is fetched', async () => {
    repository.commit({ Makefile: 'all:\n', large: 'x'.repeat(100_000) });
    const commit = repository.commit({ Makefile: 'all:\n' });
    repository.git('tag', '--annotate', '--message=x', 'v1');
    const { url, server, requests } = await serveGit(join(repository.path, '..'));
    try {
      const spec = from({ url: `${url}/demo.git`, tag: 'v1' });
      const locked = await resolveSource(spec, ctx);
      expect(locked).toMatchObject({ commit });
      const tree = await ensureSource(spec, locked, ctx);
      expect(readdirSync(tree.path)).toEqual(['Makefile']);
      // The commit, its tree, its file.
      expect(progress).toContainEqual(expect.objectContaining({ doneObjects: 3, totalObjects: 3 }));
      const asked = requests.length;
      await ensureSource(spec, locked, ctx);
      expect(requests).toHaveLength(asked);
      const missing = from({ url: `${url}/none.git`, tag: 'v1' });
      await expect(resolveSource(missing, ctx)).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining('not found'),
      });
    } finally {
      server.close();
    }
  });

  it('get no answer when they want a password, and a stop is a stop', async () => {
    let hanging: (() => void) | undefined;
    const answer = (path: string, response: ServerResponse) => {
      if (path.startsWith('/private'))
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else hanging?.();
    };
    const server = createServer((request, response) => answer(request.url!, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const controller = new AbortController();
    try {
      await expect(resolveSource(from({ url: `${url}/private`, tag: 'v1' }), ctx)).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringMatching(/terminal prompts disabled[^]*credential helper/),
      });
      hanging = () => controller.abort(new AbortedError('SIGINT'));
      ctx.signal = controller.signal;
      await expect(build(from({ url: `${url}/hangs`, commit: 'a'.repeat(40) }))).rejects.toMatchObject({
        code: 'ABORTED',
      });
      expect(left()).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("are reached as the user's git is configured, but never by a command", async () => {
    const commit = repository.commit({ Makefile: 'all:\n' });
    userConfig(`[url "${repository.url}"]\ninsteadOf = https://git.example.org/linux.git\n`);
    const spec = from({ url: 'https://git.example.org/linux.git', branch: 'main' });
    expect(await resolveSource(spec, ctx)).toEqual({ kind: 'git', url: [spec.url], commit, branch: 'main' });
    userConfig(
      '[url "ext::touch /tmp/x "]\ninsteadOf = https://git.example.org/\n[protocol "ext"]\nallow = always\n',
    );
    await expect(resolveSource(spec, ctx)).rejects.toMatchObject({
      message: expect.stringContaining("transport 'ext' not allowed"),
    });
  });

  it.each(['http://git.example.org/linux.git', 'git://git.example.org/linux.git'])(
    'are trusted with the name of a tag or branch over %s, but not without a word',
    async (url) => {
      const commit = repository.commit({ Makefile: 'all:\n' });
      repository.git('tag', 'v1');
      userConfig(`[url "${repository.url}"]\ninsteadOf = ${url}\n`);
      await resolveSource(from({ url, tag: 'v1' }), ctx);
      await resolveSource(from({ url, branch: 'main' }), ctx);
      const risk = (ref: string) =>
        `${url} was asked which commit the ${ref} leads to, and anybody on the way could have answered: ` +
        `${url.replace(/:.*/, '')}:// proves no server's identity. It led to ${commit}, which is locked. ` +
        'Compare that commit with the one that the project announces, or change the url to https:// or ssh://';
      expect(notes()).toEqual([risk('tag v1'), risk('branch main')]);
      // The hash verifies a commit, whatever server sends it.
      await resolveSource(from({ url, commit }), ctx);
      expect(notes()).toHaveLength(2);
    },
  );

  it.each([
    ['https://git.example.org/linux.git', false],
    ['ssh://git@git.example.org/linux.git', false],
    ['file:///srv/linux.git', false],
    ['http://localhost:8080/linux.git', false],
    ['git://127.0.0.1/linux.git', false],
    ['http://[::1]/linux.git', false],
    ['http://localhost.example.org/linux.git', true],
    ['git://127.0.0.1.example.org/linux.git', true],
  ])('of %s: anybody on the way could answer: %s', (url, unauthenticated) => {
    expect(isUnauthenticated(url)).toBe(unauthenticated);
  });

  it.each(['HTTPS://git.example.org/A.git', 'Ssh://git@example.org/A.git'])(
    '%s is for git in lower case',
    (url) =>
      expect(gitUrls({ kind: 'git', url, commit: 'a'.repeat(40) })).toEqual([
        url.replace(/^\w+/, (protocol) => protocol.toLowerCase()),
      ]),
  );

  it('are not asked without git, which is named', async () => {
    const programs = mkdtempSync(join(root, 'bin-'));
    symlinkSync('/bin/true', join(programs, 'true'));
    process.env['PATH'] = programs;
    const url = 'https://git.example.org/linux.git';
    await expect(resolveSource(from({ url, tag: 'v1' }), ctx)).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      fields: { program: 'git' },
    });
  });
});

describe('what is refused', () => {
  const PASSWORD = 'geheim';
  it.each([
    ['an option', '--upload-pack=touch /tmp/x', /not the URL/],
    ['an option without spaces', '--upload-pack=x://y/z', /not the URL/],
    ['a command', 'ext::sh -c touch% /tmp/x', /not the URL/],
    ['a command like a URL', 'ext::sh://x/y', /not the URL|not used over ext:/],
    ['another protocol', 'ftp://example.org/linux.git', /not used over ftp:/],
    ['a path', '../linux', /not the URL/],
    [
      'what only ssh understands',
      'git@example.org:a/linux.git',
      /Write ssh:\/\/git@example.org\/a\/linux.git/,
    ],
    ['a line end', 'https://example.org/a\nb', /not the URL/],
    ['a host like an option', 'ssh://-oProxyCommand=x/y', /not the URL|names no/],
    ['a user like an option', 'ssh://-l@example.org/y', /names no/],
    ['no repository', 'https://example.org/', /names no repository/],
    ['a host of files', 'file://example.org/x', /file:\/\/\/ and the absolute path/],
    ['a ref behind it', 'https://example.org/linux.git#v6.12', /#v6\.12 does not belong in a URL/],
    [
      'a password',
      `https://me:${PASSWORD}@example.org/linux.git`,
      /"https:\/\/…@example.org\/linux.git": .*credential helper/,
    ],
    [
      'a token',
      `https://${PASSWORD}@example.org/linux.git`,
      /"https:\/\/…@example.org\/linux.git": .*credential helper/,
    ],
    [
      'a password for ssh',
      `ssh://me:${PASSWORD}@example.org/linux.git`,
      /"ssh:\/\/…@example.org\/linux.git": .*key in an agent/,
    ],
    ['a password with what ends one', `https://me:a/b@${PASSWORD}@example.org/linux.git`, /…@example/],
    ['a password for what only ssh understands', `me:${PASSWORD}@example.org:linux.git`, /"…@example/],
  ])('as URL: %s', async (_what, url, message) => {
    const failed = resolveSource({ kind: 'git', url, tag: 'v1' }, ctx);
    await expect(failed).rejects.toMatchObject({
      code: 'URL_INVALID',
      message: expect.stringMatching(message),
    });
    const error = (await failed.catch((caught: unknown) => caught)) as { message: string; fields: object };
    expect(`${error.message} ${JSON.stringify(error.fields)}`).not.toContain(PASSWORD);
  });

  const REFS: [Partial<GitSpec>, RegExp][] = [
    [{}, /exactly one .* has none/],
    [{ tag: 'v1', commit: 'a'.repeat(40) }, /has tag and commit/],
    [{ commit: 'abc1234' }, /"abc1234" is not the name of a commit: the whole one of 40/],
    [{ commit: 'v6.12' }, /not the name of a commit/],
    ...[
      '--upload-pack=x',
      '-x',
      'a b',
      'a..b',
      'a:b',
      'a^{}',
      'a*',
      '',
      '/a',
      'a/',
      'a.lock',
      'a@{1}',
      'a\n',
      'a//b',
    ].map((tag): [Partial<GitSpec>, RegExp] => [{ tag }, /is not the name of a tag/]),
    [{ branch: 'refs/heads/main:refs/x' }, /is not the name of a branch/],
  ];
  it.each(REFS)('as ref: %j', async (ref, message) => {
    await expect(resolveSource(from(ref), ctx)).rejects.toMatchObject({
      code: 'GIT_REF_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('as mirrors: none', async () => {
    await expect(resolveSource({ kind: 'git', url: [], tag: 'v1' }, ctx)).rejects.toMatchObject({
      code: 'URL_INVALID',
    });
  });
});
