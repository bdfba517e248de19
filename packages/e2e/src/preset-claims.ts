import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './nx-run.js';

export const PRESETS = join(REPOSITORY, 'workspace-configs/kconfig');

/** Symbol → value as `.config` writes it; `n` for a symbol that is unset or absent. */
export type Values = Readonly<Record<string, string>>;

interface PresetLine {
  readonly symbol: string;
  readonly value: string;
  /** A comment above the line allows the loss of the symbol. */
  readonly optional: boolean;
}

const LINE = /^(?:CONFIG_(\w+)=(.+)|# CONFIG_(\w+) is not set)$/;

/**
 * Every line of a preset that sets a symbol in this version of Linux, read without the product's parser, whose faults would go
 * unnoticed.
 */
function presetLines(preset: string, version: number): PresetLine[] {
  const blocks = readFileSync(join(PRESETS, `${preset}.config`), 'utf8').matchAll(
    /((?:^# (?:optional|since|before): .+\n)*)(^(?:CONFIG_\w+=.+|# CONFIG_\w+ is not set)$)/gm,
  );
  return [...blocks].flatMap(([, above, line]) => {
    const [, set, value = 'n', unset] = LINE.exec(line!)!;
    const since = seriesNumber(/^# since: (.+)$/m.exec(above!)?.[1] ?? '0');
    const before = seriesNumber(/^# before: (.+)$/m.exec(above!)?.[1] ?? '999');
    const optional = above!.includes('# optional:');
    return since <= version && version < before ? [{ symbol: (set ?? unset)!, value, optional }] : [];
  });
}

/** `6.12` and `6.12.30` as 6012: presets go by series. */
function seriesNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}

/** The values of symbols in the text of a `.config`. */
export function valuesOf(config: string, symbols: readonly string[]): Values {
  const all = new Map(
    [...config.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
  return Object.fromEntries(symbols.map((symbol) => [symbol, all.get(symbol) ?? 'n']));
}

/** The version in the head of a `.config`, as a number of the series. */
const versionOf = (config: string) =>
  seriesNumber(/^# Linux\/\S+ (\S+) Kernel Configuration$/m.exec(config)![1]!);

/** Whether a `.config` is of this version of Linux, or of a later one. */
export function isSince(config: string, version: string): boolean {
  return versionOf(config) >= seriesNumber(version);
}

/**
 * Every line of a preset for a version of Linux must be in a `.config`; `lost` has the values of optional lines that this
 * architecture loses. The version is the one in the head of the `.config`.
 */
export function expectPreset(config: string, preset: string, lost: Values = {}): void {
  const lines = presetLines(preset, versionOf(config));
  expect(lines.length).toBeGreaterThan(1);
  const optional = lines.filter((line) => line.optional).map(({ symbol }) => symbol);
  expect(optional).toEqual(expect.arrayContaining(Object.keys(lost)));
  const wanted = { ...Object.fromEntries(lines.map(({ symbol, value }) => [symbol, value])), ...lost };
  expect(valuesOf(config, Object.keys(wanted))).toEqual(wanted);
}
