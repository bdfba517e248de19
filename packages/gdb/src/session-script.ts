import { join } from 'node:path';
import { UserError } from '@bringup/process';
import type { BuildIdFile, ElfFacts } from './elf.js';
import type { SymbolPlan } from './session-model.js';

/** The inputs of a session's script. */
export interface Session {
  /** Where the script lies, with session.py and session.json beside it. */
  directory: string;
  plan: SymbolPlan;
  /** The address that gdb connects to: a unix socket's path, or HOST:PORT. */
  target: string;
  /** The kernel's own file, whose build id is compared with the guest's. */
  vmlinux: ElfFacts;
  /** Modules whose symbols are loaded when the guest loads them. */
  modules: readonly BuildIdFile[];
  /** Whether somebody sits there: the session ends with the guest. A script ends by itself. */
  interactive: boolean;
}

export const SESSION_SCRIPT = 'session.gdb';
export const SESSION_PROGRAM = 'session.py';
export const SESSION_DESCRIPTION = 'session.json';
/** Written by session.py where the guest's kernel is another one; holds its build id. */
export const MISMATCH = 'mismatch.json';

/** The commands that gdb starts with. @throws UserError `PATH_UNUSABLE` for a path with a line break */
export function formatSessionScript(session: Session): string {
  const { directory, plan, target } = session;
  const source = (path: string) => `source ${oneLine(path)}`;
  return [
    '# Made anew for each session by the debug target of a board.',
    'set pagination off',
    'set confirm off',
    source(join(directory, SESSION_PROGRAM)),
    `target remote ${oneLine(target)}`,
    'python watch()',
    ...runTo(plan),
    'set confirm on',
    ...(session.interactive ? ['set pagination on'] : []),
    '',
  ].join('\n');
}

function runTo({ runTo: to }: SymbolPlan): string[] {
  if (to === undefined) return [];
  if (to === 'phase') return ['continue'];
  return [`python run_to("${'symbol' in to ? to.symbol : `*0x${to.address.toString(16)}`}")`];
}

/** The description that session.py reads. Addresses are decimal strings: JSON numbers cannot hold 64 bits. */
export function formatSessionDescription({ plan, vmlinux, modules, interactive }: Session): string {
  const notes = vmlinux.sections.find(({ name }) => name === '.notes');
  const { buildId } = vmlinux;
  const compared = notes !== undefined && buildId !== undefined;
  const description = {
    phases: plan.phases,
    ...(compared ? { notes: { address: notes.address, size: notes.size, buildId }, check: plan.check } : {}),
    modules,
    interactive,
  };
  const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  return `${JSON.stringify(description, text, 2)}\n`;
}

/** A script has a command in each line, and no way to write a line break in one. */
function oneLine(path: string): string {
  if (!/[\r\n]/.test(path)) return path;
  throw new UserError('PATH_UNUSABLE', `gdb cannot use a path with a line break: ${JSON.stringify(path)}`, {
    path,
  });
}
