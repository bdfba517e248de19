import { basename } from 'node:path';
import { probeTools } from '@bringup/kbuild';
import { diskToolVersion } from '@bringup/disk';
import { chooseGdb } from '@bringup/gdb';
import {
  DISTRIBUTIONS,
  installLine,
  packageName,
  probeVersion,
  runProgram,
  UserError,
  type Argv,
  type Distribution,
} from '@bringup/process';
import { findSmbd, findUefi, findVirtiofsd, UEFI_ARCHES, type BoardArch } from '@bringup/qemu';
import type { Declaration } from '../workspace/declaration.js';
import type { HostNeed } from '../lock/host-need.js';
import { hostNeeds } from './host-needs.js';
import { variantOptions } from '../workspace/variants.js';
import { needsOf } from './needs.js';

/** Something that targets need, as it was found on this host. */
export interface FoundNeed extends HostNeed {
  /** The line that names its version, or undefined when it is missing. */
  readonly version?: string;
  /** The projects whose targets need it. */
  readonly neededBy: readonly string[];
}

/** The host programs that the targets of a workspace need, and the commands that install the missing ones. */
export interface HostReport {
  readonly needs: readonly FoundNeed[];
  readonly missing: readonly string[];
  /** By distribution, the line that installs the missing ones; unset where it has no such package. */
  readonly install: Readonly<Partial<Record<Distribution, string>>>;
}

/** Looks for everything that projects need, each thing once. */
export async function reportHost(
  declarations: readonly Declaration[],
  workspaceRoot: string,
  probe: (need: HostNeed) => Promise<string | undefined> = probeNeed,
): Promise<HostReport> {
  const all = await collectNeeds(declarations, workspaceRoot);
  const needs = await Promise.all(
    all.map(async ({ always: _always, ...need }) => {
      const version = await probe(need);
      const debian = need.debian && packageName(need.debian, 'debian');
      return { ...need, debian, ...(version === undefined ? {} : { version }) };
    }),
  );
  const missing = needs.filter(({ version }) => version === undefined);
  const lacking = new Set(missing.map(({ name }) => name));
  const packages = all.flatMap(({ name, debian }) => (lacking.has(name) && debian ? [debian] : []));
  const install = (Object.keys(DISTRIBUTIONS) as Distribution[]).flatMap((distribution) => {
    const line = installLine(packages, distribution);
    return line === undefined ? [] : [[distribution, line] as const];
  });
  return { needs, missing: missing.map(({ name }) => name), install: Object.fromEntries(install) };
}

/** Debian's packages for all that projects need where nobody sits at a terminal and asks for no variant, each once. */
export async function hostPackages(
  declarations: readonly Declaration[],
  workspaceRoot: string,
): Promise<string[]> {
  const needs = (await collectNeeds(declarations, workspaceRoot)).filter(({ always }) => always);
  return [...new Set(needs.flatMap(({ debian }) => debian ?? []))].sort();
}

/** A need, and whether it is one of what runs without anybody asking for more than the target. */
type Collected = FoundNeed & { readonly always: boolean };

async function collectNeeds(
  declarations: readonly Declaration[],
  workspaceRoot: string,
): Promise<Collected[]> {
  const byName = new Map<string, Collected>();
  const declarationOf = (name: string) => declarations.find(({ project }) => project === name);
  const needsOfVariant = async (declaration: Declaration, variant?: string): Promise<HostNeed[]> => {
    const { project } = declaration;
    const own = { ...declaration, options: variantOptions(declaration, variant) };
    const needs = needsOf({ project, workspaceRoot, declaration: own, declarationOf });
    const { toolNames } = await inProject(project, needs);
    return hostNeeds(own, toolNames, declarationOf);
  };
  const add = (need: HostNeed, by: string, always: boolean): void => {
    const before = byName.get(need.name);
    const neededBy = [...new Set([...(before?.neededBy ?? []), by])];
    byName.set(need.name, { ...need, neededBy, always: always || before?.always === true });
  };
  for (const declaration of declarations) {
    const { project } = declaration;
    const plain = await needsOfVariant(declaration);
    for (const need of plain)
      add(need, need.target === undefined ? project : `${project}:${need.target}`, need.target === undefined);
    const known = new Set(plain.map(({ name }) => name));
    for (const variant of Object.keys(declaration.configurations))
      for (const need of await needsOfVariant(declaration, variant))
        if (!known.has(need.name)) add(need, `${project} -c ${variant}`, false);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Says whose options are wrong: there is no task here whose errors name their project. */
async function inProject<T>(project: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `${project}: ${error.message}`, error.fields, error);
  }
}

/** The line by which what is needed names its version, or undefined when this host does not have it. */
export async function probeNeed(need: HostNeed): Promise<string | undefined> {
  try {
    return await versionOf(need);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'TOOL_MISSING' || code === 'NO_UEFI' || code === 'GDB_UNFIT') return undefined;
    // It is there, and does not name its version when it is asked; what was asked for something else does not have it.
    if (code === 'TOOL_FAILED') return need.kind === 'header' || need.kind === 'python' ? undefined : 'found';
    throw error;
  }
}

/** Each exits with 0 where Python has it. */
const PYTHON_PROBES: Readonly<Record<string, string>> = {
  'Python.h':
    'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))',
  setuptools: 'import setuptools',
};

async function versionOf(need: HostNeed): Promise<string> {
  const { name, prefix } = need;
  switch (need.kind) {
    case 'library': {
      const found = await probeTools({ tools: ['libc'], hostTools: [] }, { prefix: prefix!, llvm: false });
      return Object.values(found)[0]!;
    }
    case 'header':
      return await ask(['gcc', '-fsyntax-only', '-include', name, '-x', 'c', '/dev/null']);
    case 'python':
      return await ask(['python3', '-c', PYTHON_PROBES[name]!]);
    case 'gdb': {
      const { program, version } = await chooseGdb({ arch: need.arch!, crossPrefix: prefix! });
      return `${program}: ${version}`;
    }
    case 'virtiofsd':
      return await probeVersion(await findVirtiofsd());
    case 'smbd':
      return await probeVersion(await findSmbd());
    case 'program':
      return await probeVersion(name);
    case 'tool': {
      const uefi = Object.entries(UEFI_ARCHES).find(([, firmware]) => `uefi-${firmware.name}` === name);
      return uefi ? basename((await findUefi(uefi[0] as BoardArch)).code) : await diskToolVersion(name);
    }
  }
}

async function ask(argv: Argv): Promise<string> {
  await runProgram(argv, { timeoutMs: 20_000 });
  return 'found';
}
