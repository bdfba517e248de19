import { join } from 'node:path';
import { ensureDir, outputFile, pathExists } from 'fs-extra';
import { runProgram, ToolError, UserError } from '@bringup/process';
import { gitLabel, gitRef, gitUrls } from './git-address.js';
import { isNotThere } from './git-failure.js';
import { askMirrors, describeFailures, refAt, resolveRef, unreachable } from './git-remote.js';
import { askGitServer, PLAIN_FILES, runGit } from './git.js';
import type { GitSpec, LockedGit, SourceContext } from './model.js';
import { UPDATE_COMMAND } from './update-command.js';
import type { Workplace } from './store.js';

/** How git tells how far it has come: percent, objects, and while they are received their bytes. */
const PROGRESS = /^(?:Receiving|Unpacking) objects: +\d+% \((\d+)\/(\d+)\)(?:, ([\d.]+ \w+))?/;

/**
 * Resolves a git source to its commit, or asks a server for the commit of its tag or branch.
 *
 * @throws UserError `GIT_REF_INVALID`, `URL_INVALID`, `GIT_REF_NOT_FOUND`
 * @throws ToolError `DOWNLOAD_FAILED`, `TOOL_MISSING`
 */
export async function lockGit(spec: GitSpec, ctx: SourceContext): Promise<LockedGit> {
  const [url, { by, name }] = [gitUrls(spec), gitRef(spec)];
  if (by === 'commit') return { kind: 'git', url, commit: name };
  const commit = await resolveRef(url, { by, name }, gitLabel(url[0]!, { by, name }), ctx);
  return { kind: 'git', url, commit, [by]: name };
}

/**
 * The commit that a source is built from: its own, or the locked one.
 *
 * @throws UserError `SOURCE_NOT_LOCKED`, `GIT_REF_INVALID`
 */
export function lockedCommit(
  spec: GitSpec,
  locked: { kind: string; commit?: string } | undefined,
  ctx: SourceContext,
): string {
  const { by, name } = gitRef(spec);
  if (by === 'commit') return name;
  if (locked?.kind === 'git' && locked.commit) return locked.commit;
  const state = locked ? `has a ${locked.kind} in its place` : 'has no entry for it';
  const message = `${by} ${name}: bringup.lock ${state}. Look up its commit with: ${UPDATE_COMMAND}`;
  throw new UserError('SOURCE_NOT_LOCKED', message, { [by]: name, project: ctx.project });
}

/**
 * Makes the tree of one commit: that commit alone is fetched, from the first mirror that has it, and its files are
 * written as they are in it.
 *
 * @throws UserError `GIT_COMMIT_NOT_FOUND`, `GIT_NOT_A_COMMIT`, `SOURCE_UNSAFE`
 * @throws ToolError `DOWNLOAD_FAILED`, `TOOL_MISSING`
 */
export async function makeGitTree(
  spec: GitSpec,
  commit: string,
  { work, tree }: Pick<Workplace, 'work' | 'tree'>,
  ctx: SourceContext,
): Promise<void> {
  const urls = gitUrls(spec);
  const what = gitLabel(urls[0]!, gitRef(spec));
  const repository = join(work, 'repository');
  await initRepository(repository, commit, ctx);
  const fetched = (url: string) => fetchFrom(repository, url, commit, what, ctx);
  const lacking = `does not have commit ${commit}, or does not give it out, as no tag or branch leads to it now`;
  const result = await askMirrors(urls, what, ctx, fetched, lacking);
  if (result.answer === undefined) {
    if (result.failures.every(({ error }) => error !== undefined)) throw unreachable(what, result.failures);
    throw commitNotFound(spec, commit, describeFailures(result.failures), ctx);
  }
  if (result.answer !== 'commit') throw await notCommit(repository, commit, result.answer, ctx);
  ctx.onProgress?.({ what, note: 'unpacking' });
  await exportTree(repository, commit, tree, ctx);
  if (await pathExists(join(tree, '.gitmodules')))
    ctx.onProgress?.({
      what,
      note: 'has submodules (.gitmodules): they are not fetched, their directories are empty',
    });
}

async function initRepository(repository: string, commit: string, { signal }: SourceContext): Promise<void> {
  await ensureDir(repository);
  // An older git does not know the option, and has no other format.
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  const options = ['--quiet', '--bare', '--template=', ...format];
  await runGit(['-c', 'init.defaultBranch=none', 'init', ...options, '--', repository], { signal });
  await outputFile(join(repository, 'info', 'attributes'), PLAIN_FILES);
}

/**
 * Fetches one commit without what was before it.
 *
 * @returns git's type of the object, or undefined when the server has it not or does not give it out
 */
async function fetchFrom(
  repository: string,
  url: string,
  commit: string,
  what: string,
  ctx: SourceContext,
): Promise<string | undefined> {
  const fetch = async (wanted: string) => {
    const modes = ['--depth=1', '--no-tags', '--no-recurse-submodules', '--no-auto-gc', '--progress'];
    const argv = ['--git-dir', repository, 'fetch', ...modes, '--', url, wanted];
    await askGitServer(argv, { cwd: repository, signal: ctx.signal, onLine: progressOf(what, ctx) });
  };
  ctx.onProgress?.({ what, note: `fetching commit ${commit.slice(0, 12)} from ${url}` });
  try {
    await fetch(commit);
  } catch (error) {
    if (!isNotThere(error)) throw error;
    const ref = await refAt(url, commit, ctx);
    if (ref === undefined) return undefined;
    await fetch(ref);
  }
  // git has hashed all that came: what it has under this name is that commit. A ref may have moved meanwhile.
  const { stdout, exitCode } = await runGit(['--git-dir', repository, 'cat-file', '-t', commit], {
    signal: ctx.signal,
    okExitCodes: [0, 128],
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

function progressOf(what: string, ctx: SourceContext): (line: string) => void {
  return (line) => {
    const [, done, total, amount = ''] = PROGRESS.exec(line) ?? [];
    if (done !== undefined)
      ctx.onProgress?.({ what, doneObjects: Number(done), totalObjects: Number(total), amount });
  };
}

/** Writes the files of a commit, dated by it as `git archive` does, and nothing of git's own. */
async function exportTree(
  repository: string,
  commit: string,
  tree: string,
  { signal }: SourceContext,
): Promise<void> {
  await ensureDir(tree);
  const git = async (...args: string[]) =>
    (await runGit(['--git-dir', repository, '--work-tree', tree, ...args], { cwd: tree, signal })).stdout;
  try {
    await git('read-tree', commit);
  } catch (error) {
    const name = error instanceof ToolError && /invalid path '(.*)'/.exec(error.message)?.[1];
    if (!name) throw error;
    const message = `the source holds ${name}, a name that git itself does not write: it is not used`;
    throw new UserError('SOURCE_UNSAFE', message, { name }, error);
  }
  await git('checkout-index', '--all');
  const seconds = (await git('show', '--no-patch', '--format=%ct', commit)).trim();
  const touch = ['touch', '--no-dereference', `--date=@${seconds}`, '--'];
  await runProgram(['find', tree, '-exec', ...touch, '{}', '+'], { signal });
}

function commitNotFound(spec: GitSpec, commit: string, reasons: string, ctx: SourceContext): UserError {
  const { by, name } = gitRef(spec);
  const remedy =
    by === 'commit'
      ? 'Correct "commit" or "url", or name a mirror that has it'
      : `Take the commit that ${by} ${name} leads to now with: nx run ${ctx.project ?? 'PROJECT'}:update. Or name a mirror that has the locked one`;
  const message = `commit ${commit} could not be fetched:\n${reasons}\n${remedy}`;
  return new UserError('GIT_COMMIT_NOT_FOUND', message, { commit, [by]: name });
}

async function notCommit(
  repository: string,
  id: string,
  type: string,
  { signal }: SourceContext,
): Promise<UserError> {
  const argv = ['--git-dir', repository, 'rev-parse', '--verify', '--quiet', `${id}^{commit}`];
  const { stdout } = await runGit(argv, { signal, okExitCodes: [0, 1, 128] });
  const leads = stdout.trim();
  const remedy = leads
    ? `It leads to commit ${leads}: give that`
    : 'Name a commit, or a tag that leads to one';
  return new UserError('GIT_NOT_A_COMMIT', `${id} is a ${type}, and no commit. ${remedy}`, { id, type });
}
