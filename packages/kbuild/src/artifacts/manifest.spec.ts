import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invalidate, isPublished, publish, publishText, readManifest } from './manifest.js';
import { buildRecipe, configRecipe, type CommonIngredients } from './recipe.js';

const staged = mkdtempSync(join(tmpdir(), 'bringup-manifest-spec-'));
const file = (content: string) => {
  const path = join(staged, `file-${readdirSync(staged).length}`);
  writeFileSync(path, content);
  return path;
};
const snapshot = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
const fresh = () => mkdtempSync(join(tmpdir(), 'bringup-manifest-spec-'));

it('publishes, recognises what it published, and notices every kind of damage', async () => {
  const out = fresh();
  expect(await publish(out, 'build', 'r1', { Image: file('image'), vmlinux: file('elf') })).toEqual([
    'Image',
    'vmlinux',
  ]);
  expect(await isPublished(out, 'build', 'r1')).toBe(true);
  expect(await isPublished(out, 'build', 'r2')).toBe(false);
  writeFileSync(join(out, 'Image'), 'imagE');
  expect(await isPublished(out, 'build', 'r1')).toBe(false);
  expect(await publish(out, 'build', 'r1', { Image: file('image') })).toEqual(['Image']);
  expect(readdirSync(out).sort()).toEqual(['Image', 'manifest.json']);
  writeFileSync(join(out, 'manifest.json'), '{ half');
  expect(await readManifest(join(out, 'manifest.json'))).toBeUndefined();
  expect(await isPublished(out, 'build', 'r1')).toBe(false);
});

it('leaves what was published as it was when something cannot be written', async () => {
  const out = fresh();
  await publish(out, 'build', 'r1', { Image: file('image'), 'System.map': file('map') });
  const before = snapshot(out);
  // The first artifact can be written, the second cannot: a directory is not copied as a file.
  const directory = mkdtempSync(join(tmpdir(), 'bringup-manifest-'));
  const failing = publish(out, 'build', 'r2', { Image: file('other'), vmlinux: directory });
  await expect(failing).rejects.toThrow(/EISDIR/);
  expect(snapshot(out)).toEqual(before);
  await publish(out, 'build', 'r2', { Image: file('other'), vmlinux: file('elf') });
  expect(Object.keys(snapshot(out))).toEqual(['Image', 'manifest.json', 'vmlinux']);
});

it('keeps configuration and build apart', async () => {
  const out = fresh();
  await publishText(out, 'config', 'c1', '.config', 'CONFIG_A=y\n');
  await publish(out, 'build', 'b1', { Image: file('image') });
  expect(readFileSync(join(out, '.config'), 'utf8')).toBe('CONFIG_A=y\n');
  expect(await isPublished(out, 'config', 'c1')).toBe(true);
  expect(await isPublished(out, 'build', 'b1')).toBe(true);
  expect(readdirSync(out).sort()).toEqual(['.config', 'Image', 'config.manifest.json', 'manifest.json']);
});

describe("files that are not the publisher's", () => {
  const code = 'OUTPUT_OCCUPIED';

  it('survive when they have no name of an artifact, whatever is published', async () => {
    const out = fresh();
    writeFileSync(join(out, 'notes'), 'mine');
    await publish(out, 'build', 'r1', { Image: file('image'), vmlinux: file('elf') });
    writeFileSync(join(out, 'vmlinux.old'), 'mine');
    await publish(out, 'build', 'r2', { Image: file('image') });
    expect(readdirSync(out).sort()).toEqual(['Image', 'manifest.json', 'notes', 'vmlinux.old']);
  });

  it.each<[string, (out: string) => void]>([
    ['a file in a directory without a manifest', (out) => writeFileSync(join(out, 'vmlinux'), 'mine')],
    ['a directory', (out) => mkdirSync(join(out, 'vmlinux'))],
    ['a symbolic link', (out) => symlinkSync('/nowhere', join(out, 'vmlinux'))],
    ['a manifest of another program', (out) => writeFileSync(join(out, 'manifest.json'), '{"name":"app"}')],
  ])('are refused: %s', async (_what, make) => {
    const out = fresh();
    make(out);
    const before = readdirSync(out);
    const files = { Image: file('image'), vmlinux: file('elf') };
    await expect(publish(out, 'build', 'r1', files)).rejects.toMatchObject({ code });
    expect(readdirSync(out)).toEqual(before);
  });

  it('are refused under the name of an artifact that the last manifest does not list', async () => {
    const out = fresh();
    await publish(out, 'build', 'r1', { Image: file('image') });
    writeFileSync(join(out, 'vmlinux'), 'mine');
    const before = snapshot(out);
    const publishing = publish(out, 'build', 'r2', { Image: file('other'), vmlinux: file('elf') });
    await expect(publishing).rejects.toMatchObject({ code });
    await expect(publishing).rejects.toThrow(
      `cannot publish ${out}/vmlinux: another file is already there, and ${out}/manifest.json does not list it as an ` +
        'artifact. Remove it if an earlier build left it there. If it is yours, move it elsewhere, or give this project another "outputPath"',
    );
    expect(snapshot(out)).toEqual(before);
    rmSync(join(out, 'vmlinux'));
    expect(await publish(out, 'build', 'r2', { Image: file('other'), vmlinux: file('elf') })).toHaveLength(2);
  });

  it('are taken over when they have the content of the artifact', async () => {
    const out = fresh();
    writeFileSync(join(out, 'Image'), 'image');
    expect(await publish(out, 'build', 'r1', { Image: file('image') })).toEqual([]);
    expect(await isPublished(out, 'build', 'r1')).toBe(true);
  });
});

it('publishes again after a run that was killed between two renames', async () => {
  const out = fresh();
  await publish(out, 'build', 'r1', { Image: file('image'), old: file('old') });
  await invalidate(out, 'build');
  expect(await isPublished(out, 'build', 'r1')).toBe(false);
  writeFileSync(join(out, 'Image'), 'half of the next');
  await publish(out, 'build', 'r2', { Image: file('next') });
  expect(readdirSync(out).sort()).toEqual(['Image', 'manifest.json']);
  expect(readFileSync(join(out, 'Image'), 'utf8')).toBe('next');
});

it('publishes over files whose manifest is damaged', async () => {
  const out = fresh();
  await publish(out, 'build', 'r1', { Image: file('image') });
  writeFileSync(join(out, 'manifest.json'), '{"version":1,"recipe":"r1"');
  expect(await publish(out, 'build', 'r2', { Image: file('next') })).toEqual(['Image']);
});

it('removes what it has written aside when the old manifest cannot be replaced', async () => {
  const out = fresh();
  mkdirSync(join(out, 'manifest.json')); // A directory: nothing can be renamed to its name.
  await expect(publish(out, 'build', 'r1', { Image: file('image') })).rejects.toThrow(/EISDIR/);
  expect(readdirSync(out)).toEqual(['manifest.json']);
});

describe('recipes', () => {
  const common: CommonIngredients = {
    program: 'kernel',
    arch: 'arm64',
    crossCompile: '/opt/bin/aarch64-linux-gnu-',
    llvm: false,
    source: 's',
    tools: { gcc: '12' },
    engine: 'e',
  };
  const base = { kind: 'goal', goal: 'tinyconfig' } as const;
  const fragment = (text: string) => [{ kind: 'file', path: file(text), shown: 'f' } as const];

  it('do not see comments, empty lines, or where a toolchain lies', async () => {
    const recipe = await configRecipe(common, base, fragment('CONFIG_A=y\nCONFIG_B=m\n'));
    expect(await configRecipe(common, base, fragment('# why\n\nCONFIG_A=y\n# and\nCONFIG_B=m'))).toBe(recipe);
    expect(
      await configRecipe(
        { ...common, crossCompile: 'aarch64-linux-gnu-' },
        base,
        fragment('CONFIG_A=y\nCONFIG_B=m\n'),
      ),
    ).toBe(recipe);
    expect(await configRecipe(common, base, fragment('CONFIG_B=m\nCONFIG_A=y\n'))).not.toBe(recipe);
    expect(await configRecipe(common, base, fragment('# optional: x\nCONFIG_A=y\nCONFIG_B=m\n'))).not.toBe(
      recipe,
    );
    expect(
      await configRecipe(common, { kind: 'goal', goal: 'defconfig' }, fragment('CONFIG_A=y\nCONFIG_B=m\n')),
    ).not.toBe(recipe);
  });

  it.each([
    { arch: 'x86_64' as const },
    { crossCompile: 'x-' },
    { llvm: true },
    { source: 't' },
    { tools: { gcc: '13' } },
    { engine: 'f' },
    { program: 'busybox' },
  ])('change with %j', (change) => {
    expect(buildRecipe({ ...common, ...change }, 'config')).not.toBe(buildRecipe(common, 'config'));
  });
});
