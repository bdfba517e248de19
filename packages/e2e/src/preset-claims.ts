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

/** Every line of a preset that sets a symbol, read without the product's parser, whose faults would go unnoticed. */
function presetLines(preset: string): PresetLine[] {
  const lines = readFileSync(join(PRESETS, `${preset}.config`), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const [, set, value = 'n', unset] = LINE.exec(line) ?? [];
    const symbol = set ?? unset;
    const optional = (lines[index - 1] ?? '').startsWith('# optional:');
    return symbol === undefined ? [] : [{ symbol, value, optional }];
  });
}

/** The values of symbols in the text of a `.config`. */
export function valuesOf(config: string, symbols: readonly string[]): Values {
  const all = new Map(
    [...config.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
  return Object.fromEntries(symbols.map((symbol) => [symbol, all.get(symbol) ?? 'n']));
}

/** Every line of a preset must be in a `.config`; `lost` has the values of optional lines that this architecture loses. */
export function expectPreset(config: string, preset: string, lost: Values = {}): void {
  const lines = presetLines(preset);
  expect(lines.length).toBeGreaterThan(2);
  const optional = lines.filter((line) => line.optional).map(({ symbol }) => symbol);
  expect(optional).toEqual(expect.arrayContaining(Object.keys(lost)));
  const wanted = { ...Object.fromEntries(lines.map(({ symbol, value }) => [symbol, value])), ...lost };
  expect(valuesOf(config, Object.keys(wanted))).toEqual(wanted);
}
