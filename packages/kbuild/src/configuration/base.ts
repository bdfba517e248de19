import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { copy, ensureDir, readdir, readFile, remove, writeFile } from 'fs-extra';
import { nearNames, runProgram, suggestNames, UserError } from '@bringup/process';
import {
  checkRequests,
  parseResolved,
  resolvedValues,
  type ConfigRequest,
  type KconfigTree,
  type LostRequest,
} from '@bringup/kconfig';
import { divideByVersion, leftOutOf, type LeftOut } from './by-version.js';
import { listDefconfigs } from './defconfigs.js';
import { isUnreadable, readKconfigTree } from './kconfig-tree.js';
import { planMake, type MakeSetting } from '../make/make.js';
import type { KconfigProgram } from '../programs/programs.js';
import type { ToolVersions } from '../make/toolchain.js';

/** The start of a configuration: a goal of the tree's Makefile (`defconfig`, `tinyconfig`), or a whole `.config`. */
export type BaseConfig =
  | { readonly kind: 'goal'; readonly goal: string }
  | { readonly kind: 'file'; readonly path: string; readonly shown: string };

export interface BaseRequest {
  readonly program: KconfigProgram;
  /** Its `out` is this step's own output directory, kept between runs. */
  readonly make: MakeSetting;
  readonly tools: ToolVersions;
  readonly base: BaseConfig;
  readonly signal?: AbortSignal;
  readonly onCommand?: (command: string) => void;
}

/** A base configuration, as lines to merge fragments over. */
export interface ResolvedBase {
  readonly lines: readonly ConfigRequest[];
  /** Lines of a base file that do not stick even with no fragment over it. A goal's lines are conf's own: all stick. */
  readonly lost: readonly LostRequest[];
  /** The reason why the lines of a base file were not checked, with the symbols that came out otherwise. `lost` is empty then. */
  readonly unchecked?: string;
  /** Lines of a base file that are for other versions than the tree's. */
  readonly leftOut: LeftOut | undefined;
}

/** The outcome of the check of a base, kept beside its lines. */
type CheckedBase = Omit<ResolvedBase, 'lines' | 'leftOut'>;

const BASE = '.bringup-base.config';
const BASE_LOST = '.bringup-base.lost.json';
const BASE_KEY = '.bringup-base.key';
/** Holds the key of the files that conf itself was compiled from. */
const CONF_KEY = '.bringup-conf.key';
/** Where make compiles conf, in the output directory; also where its source lies. */
const CONF = 'scripts';

/**
 * The base `.config`, made once and kept: it changes only with the source, the tools or the base's own file.
 *
 * @throws UserError `UNKNOWN_BASE`, `FRAGMENT_SYNTAX`, `TREE_VERSION_UNKNOWN`
 * @throws ToolError `TOOL_FAILED`
 */
export async function resolveBase(request: BaseRequest): Promise<ResolvedBase> {
  const { make, base } = request;
  const { text, leftOut } = base.kind === 'file' ? await readBaseFile(base, request) : {};
  const key = baseKey(request, text);
  const keyFile = join(make.out, BASE_KEY);
  if ((await readFile(keyFile, 'utf8').catch(() => undefined)) !== key) {
    // A base that cannot be read is refused before anything is removed.
    const lines = text === undefined ? undefined : parseBase(base, text);
    await emptyOut(request);
    const checked = lines === undefined ? await makeBase(request) : await tryBaseFile(request, text!, lines);
    await writeFile(join(make.out, BASE_LOST), JSON.stringify(checked));
    await writeFile(join(make.out, CONF_KEY), confKey(request));
    await writeFile(keyFile, key);
  }
  return {
    lines: parseBase(base, await readFile(join(make.out, BASE), 'utf8')),
    leftOut,
    ...(JSON.parse(await readFile(join(make.out, BASE_LOST), 'utf8')) as CheckedBase),
  };
}

/** Removes what an earlier state left, except conf where it would be compiled from the same files again: that takes seconds. */
async function emptyOut(request: BaseRequest): Promise<void> {
  const { out } = request.make;
  const made = await readFile(join(out, CONF_KEY), 'utf8').catch(() => undefined);
  const kept = made === confKey(request) ? [CONF] : [];
  await ensureDir(out);
  // First: a run that is killed from here on leaves nothing to keep.
  for (const key of [BASE_KEY, CONF_KEY]) await remove(join(out, key));
  for (const name of await readdir(out)) if (!kept.includes(name)) await remove(join(out, name));
}

function confKey({ program, make, tools }: BaseRequest): string {
  const { arch, crossCompile, llvm, source } = make;
  const files = source.own && [...source.own.files()].filter(([name]) => name.startsWith(`${CONF}/`));
  const ingredients = [program.name, arch, crossCompile, llvm, source.path, files ?? source.identity, tools];
  return createHash('sha256').update(JSON.stringify(ingredients)).digest('hex');
}

/** One call of the tree's Makefile in the step's own output directory, with its output in a log there. */
export async function runGoal(request: BaseRequest, goal: string, input = ''): Promise<void> {
  const { argv, env } = planMake(request.make, [goal]);
  await runProgram(argv, {
    env,
    input,
    signal: request.signal,
    onCommand: request.onCommand,
    logFile: join(request.make.out, `.bringup-${goal}.log`),
  });
}

function baseKey({ program, make, tools, base }: BaseRequest, text: string | undefined): string {
  const { arch, crossCompile, llvm, source } = make;
  // The version of the kept files: a new number discards those of an older Bringup.
  const ingredients = [
    4,
    program.name,
    arch,
    crossCompile,
    llvm,
    source.path,
    source.identity,
    tools,
    base,
    text,
  ];
  return createHash('sha256').update(JSON.stringify(ingredients)).digest('hex');
}

function parseBase(base: BaseConfig, text: string): ConfigRequest[] {
  return parseResolved(text, base.kind === 'goal' ? base.goal : base.shown);
}

/** A base file's text, with an empty line for each request that is for other versions than the tree's. */
async function readBaseFile(
  base: Extract<BaseConfig, { kind: 'file' }>,
  { program, make }: BaseRequest,
): Promise<{ text?: string; leftOut?: LeftOut }> {
  const text = await readFile(base.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'UNKNOWN_BASE',
      `base configuration ${base.shown} cannot be read (${error.code})`,
      { base },
      error,
    );
  });
  const divided = await divideByVersion(parseBase(base, text), program, make.source.path);
  const others = new Set(divided.otherVersions.map(({ line }) => line));
  const kept = text.split('\n').map((content, index) => (others.has(index + 1) ? '' : content));
  return { text: kept.join('\n'), leftOut: leftOutOf(divided) };
}

async function makeBase(request: BaseRequest): Promise<CheckedBase> {
  const { make, program, base } = request;
  const { goal } = base as Extract<BaseConfig, { kind: 'goal' }>;
  const directories = program.treeFragments(make.arch);
  if (/_defconfig$/.test(goal)) {
    const known = await listDefconfigs(make.source.path, directories);
    if (!known.includes(goal))
      throw unknownDefconfig(`the ${program.title} source`, goal, directories, known);
  }
  await runGoal(request, goal);
  await copy(join(make.out, '.config'), join(make.out, BASE));
  return { lost: [] };
}

/** How many configurations an error lists, where no name is near. */
const MOST_LISTED = 12;

function unknownDefconfig(
  source: string,
  goal: string,
  directories: readonly string[],
  known: readonly string[],
): UserError {
  // U-Boot has more than a thousand.
  const isListed = nearNames(goal, known).length > 0 || known.length <= MOST_LISTED;
  const hint = isListed ? suggestNames(goal, known) : 'Take one of those that are there';
  const message = `base: ${source} has no ${goal} in ${directories.join(' or ')}. ${hint}`;
  return new UserError('UNKNOWN_BASE', message, { goal });
}

/**
 * Resolves a base file alone, to find the lines that cannot stick. A whole `.config` also has lines for symbols that
 * nobody can set, such as the compiler's version: they follow from the others and do not count as requests.
 */
async function tryBaseFile(
  request: BaseRequest,
  text: string,
  lines: readonly ConfigRequest[],
): Promise<CheckedBase> {
  const { make, program, signal } = request;
  const config = join(make.out, '.config');
  await writeFile(join(make.out, BASE), text);
  await writeFile(config, text);
  await runGoal(request, program.resolve.goal, program.resolve.input);
  const resolved = resolvedValues(await readFile(config, 'utf8'));
  const { lost, accepted } = checkRequests([...configValuesByLine(lines).values()], resolved);
  const missed = [...lost, ...accepted];
  if (missed.length === 0) return { lost: [] };
  try {
    const tree = await readKconfigTree(program, make, signal);
    return { lost: missed.filter(({ request: { symbol } }) => canBeAskedFor(tree, symbol)) };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { lost: [], unchecked: describeUnchecked(missed, error) };
  }
}

function canBeAskedFor(tree: KconfigTree, symbol: string): boolean {
  const known = tree.byName.get(symbol);
  return !known || known.entries.length === 0 || known.entries.some((entry) => entry.prompt);
}

/** How many symbols a note names. */
const SHOWN = 20;

function describeUnchecked(missed: readonly LostRequest[], unreadable: UserError): string {
  const names = missed.slice(0, SHOWN).map(({ request, got }) => `${request.symbol}=${got}`);
  const more = missed.length > SHOWN ? ` and ${missed.length - SHOWN} more` : '';
  const { file } = missed[0]!.request;
  const { reason } = unreadable.fields as { reason: string };
  return (
    `some lines of ${file} come out otherwise: ${names.join(', ')}${more}. They are not counted as lost, because Bringup ` +
    `cannot read this tree's Kconfig (${reason}), and so does not know which of them a line can set. Please report that`
  );
}

/** The line that counts for each symbol: the last. */
function configValuesByLine(lines: readonly ConfigRequest[]): Map<string, ConfigRequest> {
  return new Map(lines.map((line) => [line.symbol, line]));
}
