import { UserError } from '@bringup/process';
import type { TreeEntry } from '../tree/entry.js';
import type { ModuleFile } from './select.js';

/** A parameter's value; true and false are `1` and `0`. */
type ParameterValue = string | number | boolean;

/**
 * The index of BusyBox's small modprobe (modutils/modprobe-small.c, "modules.dep.bb"): it reads no other, and without
 * one it tries a module before what that depends on. A line of path and aliases, a line of what it needs, an empty one.
 */
export function formatBusyboxIndex(modules: readonly ModuleFile[]): string {
  const names = new Set(modules.map(({ info }) => info.name));
  return modules
    .map(({ path, info }) => {
      const needs = info.depends.filter((name) => names.has(name)).join(' ');
      return `${[path, ...info.aliases].join(' ')}\n${needs}\n${needs === '' ? '' : '\n'}`;
    })
    .join('');
}

/**
 * Files that give a module its parameters whoever loads it: /etc/modprobe.d/NAME.conf for kmod and BusyBox's modprobe,
 * /etc/modules/NAME for BusyBox's small one, which is what its defconfig has.
 *
 * @throws UserError `MODULE_PARAMETER`
 */
export function parameterFiles(
  name: string,
  parameters: Readonly<Record<string, ParameterValue>>,
): TreeEntry[] {
  const line = formatParameters(name, parameters);
  if (line === '') return [];
  const file = (path: string, text: string): TreeEntry => ({
    ...{ path, type: 'file', mode: 0o644, uid: 0, gid: 0 },
    content: { data: Buffer.from(text) },
  });
  return [
    file(`etc/modprobe.d/${name}.conf`, `options ${name} ${line}\n`),
    file(`etc/modules/${name}`, `${line}\n`),
  ];
}

/** As the kernel reads them (lib/cmdline.c, next_arg): blanks belong into double quotes, which know no escape. */
function formatParameters(name: string, parameters: Readonly<Record<string, ParameterValue>>): string {
  return Object.entries(parameters)
    .map(([parameter, given]) => {
      const value = typeof given === 'boolean' ? String(Number(given)) : String(given);
      if (/["\\#\n\0]/.test(value)) {
        const message = `modules: ${name}: the value ${JSON.stringify(value)} of ${parameter} has a quote, "\\", "#" or line end, which no modprobe hands on`;
        throw new UserError('MODULE_PARAMETER', message, { name, parameter, value });
      }
      return `${parameter}=${/\s/.test(value) || value === '' ? `"${value}"` : value}`;
    })
    .join(' ');
}
