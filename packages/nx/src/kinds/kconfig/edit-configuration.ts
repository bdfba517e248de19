import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ReadStream } from 'node:tty';
import { ensureDir, readFile } from 'fs-extra';
import {
  isUnreadable,
  readBase,
  readFragments,
  readKconfigTree,
  readTreeVersion,
  runConfigEditor,
  type FragmentReference,
  type MakeSetting,
} from '@bringup/kbuild';
import {
  applyFragmentEdit,
  diffConfigs,
  formatDifference,
  formatRequest,
  planFragmentEdit,
  resolvedValues,
  type ConfigRequest,
  type FragmentChange,
  type FragmentEdit,
} from '@bringup/kconfig';
import { openTerminal, ToolError, UserError, writeFileAside } from '@bringup/process';
import type { FullMenuconfigOptions } from '../../generated/menuconfig-options.js';
import { configureProject } from './configure-project.js';
import { baseConfig, fragmentReferences, openMake, type KconfigProject } from './kconfig-project.js';
import { whileOwning } from '../../tasks/owning.js';
import { openVariant } from './variant.js';
import type { Task } from '../../tasks/task.js';

/** How many differences an error names. */
const SHOWN = 20;

type FileReference = Extract<FragmentReference, { kind: 'file' }>;

/** Lets the user edit the merged configuration, and puts the change into a fragment. */
export async function editConfiguration(given: Task, options: FullMenuconfigOptions): Promise<void> {
  const { task, project } = await openVariant(given, given.configuration);
  const references = fragmentReferences(project.options, project.program.name, task.workspaceRoot);
  const target = chooseFragment(task, references, options.fragment);
  await configureProject(task, project);
  const config = await readFile(join(project.output, '.config'), 'utf8');
  const edited = await whileOwning(task, project.work, async () => {
    const make = await openMake(task, project, 'config');
    await ensureDir(make.out);
    return { make, text: await runConfigEditor(make, options.editor, config) };
  });
  const differences = diffConfigs(resolvedValues(config), resolvedValues(edited.text));
  if (differences.length === 0) {
    task.note('nothing was changed');
    return;
  }
  const edit = await planEdit(task, project, edited, references, target).catch(async (error: unknown) => {
    throw isUnreadable(error) ? await keptAside(task, project, edited.text, differences, error) : error;
  });
  const remove = await redundantToRemove(edit, options.removeRedundant);
  const set = new Map([...edit.set].filter(([symbol]) => !remove.has(symbol)));
  const version = await readTreeVersion(edited.make.source.path);
  await writeFragment(task, project, target, { ...edit, set, remove, version }, edited.text);
}

/** The fragment to write: the one asked for, or the last; presets and fragments of the tree are not the user's to edit. */
function chooseFragment(
  task: Task,
  references: readonly FragmentReference[],
  wanted?: string,
): FileReference {
  const own = references.filter(
    (reference): reference is FileReference =>
      reference.kind === 'file' && !reference.shown.startsWith('preset:'),
  );
  const chosen = wanted === undefined ? own.at(-1) : own.find(({ shown }) => shown === wanted);
  if (chosen) return chosen;
  const names = own.map(({ shown }) => shown).join(', ') || 'none';
  throw new UserError(
    'NO_FRAGMENT',
    `${task.project} has no fragment ${wanted ?? 'of its own'} to write to. Its own: ${names}. ` +
      `Make one with: nx run ${task.project}:menuconfig --fragment=PATH, after adding PATH to "fragments"`,
    { wanted },
  );
}

async function planEdit(
  task: Task,
  project: KconfigProject,
  edited: { make: MakeSetting; text: string },
  references: readonly FragmentReference[],
  target: FileReference,
): Promise<FragmentEdit> {
  const { program, locked } = project;
  const { make } = edited;
  const base = baseConfig(project, task.workspaceRoot);
  const read = (some: readonly FragmentReference[]): Promise<readonly ConfigRequest[]> =>
    readFragments(some, program, make.arch, make.source.path);
  const at = references.indexOf(target);
  const request = { program, make, tools: locked.tools, base, label: task.project, signal: task.signal };
  // Another run may be at work in the same directory by now.
  const [tree, { lines }] = await whileOwning(task, project.work, async () => [
    await readKconfigTree(program, make, task.signal),
    await readBase(request),
  ]);
  return planFragmentEdit({
    tree,
    before: [...lines, ...(await read(references.slice(0, at)))],
    fragment: await read([target]),
    after: await read(references.slice(at + 1)),
    wanted: resolvedValues(edited.text),
  });
}

/** Where a configuration goes that the user made and no fragment leads to. */
async function keepEdited(task: Task, project: KconfigProject, text: string): Promise<string> {
  const kept = `${project.work}.${task.configuration ?? 'default'}.edited.config`;
  await writeFileAside(kept, text);
  return kept;
}

/** The error for a tree that Bringup cannot read: which lines a fragment needs is not known, and the user's work is kept. */
async function keptAside(
  task: Task,
  project: KconfigProject,
  text: string,
  differences: ReturnType<typeof diffConfigs>,
  unreadable: UserError,
): Promise<UserError> {
  const kept = await keepEdited(task, project, text);
  const lines = [
    `${unreadable.message}\nThe configuration you left is kept in ${kept}. Put the lines that you want into a fragment. Differences:`,
    ...differences.slice(0, SHOWN).map((entry) => `  ${formatDifference(entry)}`),
  ];
  if (differences.length > SHOWN) lines.push(`  and ${differences.length - SHOWN} more`);
  return new UserError('KCONFIG_SYNTAX', lines.join('\n'), { ...unreadable.fields, kept }, unreadable);
}

/** The symbols whose lines go: as the option says, else as the user says. */
async function redundantToRemove(edit: FragmentEdit, decided: boolean | undefined): Promise<Set<string>> {
  const symbols = edit.redundant.map(({ symbol }) => symbol);
  const lines = edit.redundant.map(({ symbol, value }) => `  ${formatRequest(symbol, value)}`);
  const agreed =
    symbols.length > 0 &&
    (decided ?? (await agrees(`These lines have no effect any more:\n${lines.join('\n')}\nRemove them?`)));
  return new Set(agreed ? symbols : []);
}

async function agrees(question: string): Promise<boolean> {
  const terminal = await openTerminal();
  const input = new ReadStream(terminal.descriptors[0]);
  try {
    const prompt = createInterface({ input, output: process.stderr });
    const answer = await prompt.question(`${question} [y/N] `);
    prompt.close();
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    input.pause();
    await terminal.restore();
  }
}

/** Writes the fragment and configures with it: what comes out must be what the user left, or the fragment is put back. */
async function writeFragment(
  task: Task,
  project: KconfigProject,
  target: FileReference,
  edit: FragmentEdit & FragmentChange,
  wanted: string,
): Promise<void> {
  const { set, remove } = edit;
  const before = await readFile(target.path, 'utf8');
  await writeFileAside(target.path, applyFragmentEdit(before, edit));
  const result = await configureProject(task, project).then(
    () => readFile(join(project.output, '.config'), 'utf8'),
    (error: unknown) => error as Error,
  );
  const left =
    typeof result === 'string' ? diffConfigs(resolvedValues(result), resolvedValues(wanted)) : undefined;
  if (left?.length === 0) {
    for (const [symbol, value] of set) task.note(`${target.shown}: ${formatRequest(symbol, value)}`);
    for (const symbol of remove) task.note(`${target.shown}: removed the line of CONFIG_${symbol}`);
    return;
  }
  const kept = await keepEdited(task, project, wanted);
  await writeFileAside(target.path, before);
  const why = left
    ? left.slice(0, 10).map((entry) => `  ${formatDifference(entry)}`)
    : [`  ${(result as Error).message}`];
  throw new ToolError(
    'EDIT_NOT_REPRODUCED',
    [
      `no lines in ${target.shown} lead to the configuration you left; it is kept in ${kept}. Differences:`,
      ...why,
    ].join('\n'),
    { fragment: target.shown, kept, outOfReach: edit.outOfReach },
  );
}
