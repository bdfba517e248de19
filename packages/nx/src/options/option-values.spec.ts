import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOptions, schemaFile, schemaNames, type SchemaKind } from './check-options.js';
import type { OptionSchema } from './option-schema.js';
import { checkValues } from './option-values.js';

const ROOT = join(__dirname, '..', '..', '..', '..');
const BOARD = { arch: 'arm64', kernel: 'kernel', initramfs: 'rootfs' };
const NEEDED: Record<string, object> = {
  qemu: BOARD,
  test: BOARD,
  kernel: { arch: 'arm64' },
  initramfs: { arch: 'arm64' },
  'disk-image': { arch: 'arm64' },
};
const FAT = { fileSystem: 'fat', boot: { kernel: 'kernel', loaders: ['extlinux'] } };
const forward = (more: object) => [{ type: 'user', forwards: [{ protocol: 'tcp', guestPort: 22, ...more }] }];

const refusal = (executor: string, options: object) => {
  try {
    checkOptions('executors', executor, options);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('not refused');
};

describe('a slip in options', () => {
  it.each<[string, object, string, string]>([
    // NUL, which would fail only where a program is started with it.
    [
      'kernel',
      { source: { kind: 'directory', path: 'k' }, base: 'tiny\0config' },
      'BAD_VALUE',
      'base: "tiny\\u0000config" has a NUL character, which neither a path nor an argument can have',
    ],
    [
      'kernel',
      { source: { kind: 'directory', path: 'k' }, fragments: ['a.config', 'b\0'] },
      'BAD_VALUE',
      'fragments[1]: "b\\u0000" has a NUL character, which neither a path nor an argument can have',
    ],
    [
      'initramfs',
      { arch: 'arm64', modules: [{ project: 'hello', parameters: { 'a\0': '1' } }] },
      'BAD_VALUE',
      'modules[0].parameters.the name: "a\\u0000" has a NUL character, which neither a path nor an argument can have',
    ],
    // Names.
    [
      'qemu',
      { memry: 64 },
      'UNKNOWN_OPTION',
      'memry is not an option of @bringup/nx:qemu. Did you mean memory?',
    ],
    [
      'qemu',
      { boot: { via: 'u-boot', ubot: 'u-boot' } },
      'UNKNOWN_OPTION',
      'boot.ubot is not an option of @bringup/nx:qemu where boot.via is u-boot. Did you mean uBoot?',
    ],
    [
      'qemu',
      { boot: { via: 'u-boot', uBoot: 'u-boot', disk: 'disk' } },
      'UNKNOWN_OPTION',
      'boot.disk is not an option of @bringup/nx:qemu where boot.via is u-boot. There are: via, uBoot, image, method, interactive',
    ],
    [
      'kernel',
      { source: { knd: 'tarball' } },
      'UNKNOWN_OPTION',
      'source.knd is not an option of @bringup/nx:kernel. Did you mean kind?',
    ],
    [
      'disk-image',
      { partitions: [FAT, { fileSystem: 'ext4', sice: '1G' }] },
      'UNKNOWN_OPTION',
      'partitions[1].sice is not an option of @bringup/nx:disk-image. Did you mean size?',
    ],
    [
      'test',
      { commands: ['true', { run: 'ls', exepct: 'x' }] },
      'UNKNOWN_OPTION',
      'commands[1].exepct is not an option of @bringup/nx:test. Did you mean expect?',
    ],
    [
      'initramfs',
      { modules: [{ projct: 'hello' }] },
      'UNKNOWN_OPTION',
      'modules[0].projct is not an option of @bringup/nx:initramfs. Did you mean project?',
    ],
    [
      'ps',
      { constructor: 1 },
      'UNKNOWN_OPTION',
      'constructor is not an option of @bringup/nx:ps. There are: all, json',
    ],
    [
      'compile-commands',
      { a: 1 },
      'UNKNOWN_OPTION',
      'a is not an option of @bringup/nx:compile-commands. It has none',
    ],
    // Choices.
    [
      'qemu',
      { arch: 'arm46' },
      'UNKNOWN_VALUE',
      'arch: "arm46" is none of arm64, x86_64, riscv64, arm, i386, s390x, ppc64le, mips64el, loongarch64. Did you mean arm64?',
    ],
    [
      'qemu',
      { arch: 'sparc' },
      'UNKNOWN_VALUE',
      'arch: "sparc" is none of arm64, x86_64, riscv64, arm, i386, s390x, ppc64le, mips64el, loongarch64',
    ],
    [
      'qemu',
      { boot: { via: 'u-bot' } },
      'UNKNOWN_VALUE',
      'boot.via: "u-bot" is none of kernel, u-boot, disk, bios, iso, uefi. Did you mean u-boot?',
    ],
    [
      'qemu',
      { shares: [{ path: 'a', tag: 'a', securityModel: 'maped-file' }] },
      'UNKNOWN_VALUE',
      'shares[0].securityModel: "maped-file" is none of none, mapped-xattr, mapped-file, passthrough. Did you mean mapped-file?',
    ],
    [
      'qemu',
      { network: forward({ protocol: 'tpc' }) },
      'UNKNOWN_VALUE',
      'network[0].forwards[0].protocol: "tpc" is none of tcp, udp. Did you mean tcp?',
    ],
    [
      'qemu',
      { shares: [{ type: 'smb', path: 'a', writable: false }] },
      'UNKNOWN_VALUE',
      'shares[0].writable: false is not true',
    ],
    [
      'disk-image',
      { partitions: [{ ...FAT, boot: { kernel: 'k', loaders: ['extlinx'] } }] },
      'UNKNOWN_VALUE',
      'partitions[0].boot.loaders[0]: "extlinx" is none of extlinux, boot-script, syslinux, uefi. Did you mean extlinux?',
    ],
    // Missing options.
    [
      'qemu',
      { boot: { via: 'u-boot' } },
      'OPTION_MISSING',
      'boot.uBoot is missing (an option of @bringup/nx:qemu). Name of the U-Boot project.',
    ],
    [
      'kernel',
      { source: { package: 'x' } },
      'OPTION_MISSING',
      'source.kind is missing (an option of @bringup/nx:kernel). It is one of debian-package, debian-source, tarball, git, directory',
    ],
    [
      'initramfs',
      { modules: [{ names: ['a'] }] },
      'OPTION_MISSING',
      'modules[0].project or modules[0].kernel is missing (an option of @bringup/nx:initramfs). Give one of them',
    ],
    [
      'initramfs',
      { modules: [{ kernel: 'kernel' }] },
      'OPTION_MISSING',
      'modules[0].names is missing (an option of @bringup/nx:initramfs). Which of its modules (=m), as the kernel calls them. One that is built in (=y) is passed over, and said.',
    ],
    [
      'qemu',
      { display: {} },
      'OPTION_MISSING',
      'display.type is missing (an option of @bringup/nx:qemu). It is vnc',
    ],
    // Types and bounds.
    ['qemu', { drives: ['a.img'] }, 'BAD_VALUE', 'drives[0]: "a.img" is not an object'],
    ['qemu', { drives: [null] }, 'BAD_VALUE', 'drives[0]: null is not an object'],
    ['qemu', { drives: [[1]] }, 'BAD_VALUE', 'drives[0]: [1] is not an object'],
    [
      'qemu',
      { network: 'user' },
      'BAD_VALUE',
      'network: "user" is not an array. Network cards of the guest, and what each is plugged into. Without one it has no network.',
    ],
    ['test', { commands: [5] }, 'BAD_VALUE', 'commands[0]: 5 is not a string or an object'],
    [
      'kernel',
      { source: { kind: 'tarball', url: 5, sha256: 'a'.repeat(64) } },
      'BAD_VALUE',
      'source.url: 5 is not a string or an array. http, https or file URL, or a list of mirrors that are tried in order.',
    ],
    [
      'kernel',
      { source: { kind: 'tarball', url: [], sha256: 'a'.repeat(64) } },
      'BAD_VALUE',
      'source.url: [] has fewer than 1 items',
    ],
    [
      'qemu',
      { network: forward({ guestPort: '22' }) },
      'BAD_VALUE',
      'network[0].forwards[0].guestPort: "22" is not an integer. Port of the guest.',
    ],
    [
      'qemu',
      { network: forward({ guestPort: 65536 }) },
      'BAD_VALUE',
      'network[0].forwards[0].guestPort: 65536 is more than 65535. Port of the guest.',
    ],
    [
      'qemu',
      { network: forward({ guestPort: 0 }) },
      'BAD_VALUE',
      'network[0].forwards[0].guestPort: 0 is less than 1. Port of the guest.',
    ],
    ['qemu', { smp: 1.5 }, 'BAD_VALUE', 'smp: 1.5 is not an integer. Number of CPUs of the guest.'],
  ])('of %s: %j', (executor, slip, code, message) => {
    expect(refusal(executor, { ...NEEDED[executor], ...slip })).toMatchObject({ code, message });
  });

  it('shows the beginning of a long value', () => {
    const { message } = refusal('kernel', {
      arch: 'arm64',
      source: { kind: 'tarball', url: 'x', sha256: 'z'.repeat(1000) },
    });
    expect(message).toMatch(/^source\.sha256: "z{76}\.\.\. does not match \^\[0-9a-f\]\{64\}\$\./);
  });

  it('is looked for in every part of a union of strings and numbers', () => {
    const schema: OptionSchema = {
      properties: { partition: { oneOf: [{ type: 'integer' }, { type: 'string' }] } },
    };
    expect(() => checkValues(schema, { partition: 2 }, 'x')).not.toThrow();
    expect(() => checkValues(schema, { partition: true }, 'x')).toThrow(
      /partition: true is not an integer or a string/,
    );
  });

  it('of a share without a type is one of 9p', () => {
    expect(() =>
      checkOptions('executors', 'qemu', { ...BOARD, shares: [{ path: 'a', tag: 'b' }] }),
    ).not.toThrow();
  });

  it('is not an option that was left undefined', () => {
    const board = { ...BOARD, machine: undefined, boot: { via: 'kernel', disk: undefined } };
    expect(() => checkOptions('executors', 'qemu', board)).not.toThrow();
  });
});

describe('every option of the demo workspace', () => {
  const projects = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('project.json'))
    .map((file) => join(ROOT, 'examples', file));

  it.each(projects)('is right in %s', (file) => {
    const { targets = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
      targets: Record<
        string,
        { executor?: string; options?: object; configurations?: Record<string, object> }
      >;
    };
    for (const { executor = '', options = {}, configurations = {} } of Object.values(targets)) {
      const [, name] = /^@bringup\/nx:(.*)/.exec(executor) ?? [];
      for (const more of name ? [{}, ...Object.values(configurations)] : [])
        checkOptions('executors', name!, { ...options, ...more });
    }
  });
});

describe('the schemas', () => {
  /** The keywords that are checked, and those that restrict no value. */
  const CHECKED = [
    ...[
      'type',
      'enum',
      'const',
      'pattern',
      'minLength',
      'maxLength',
      'minimum',
      'maximum',
      'items',
      'minItems',
    ],
    ...['properties', 'required', 'additionalProperties', 'oneOf', 'allOf', 'anyOf', 'not'],
  ];
  const NOTES = [
    'description',
    'title',
    'default',
    'examples',
    '$default',
    'errorMessage',
    'doNotSuggest',
    '$ref',
  ];

  const kinds: SchemaKind[] = ['executors', 'generators'];
  const all = kinds.flatMap((kind) => schemaNames(kind).map((name) => [kind, name] as const));
  const schemaOf = (kind: SchemaKind, name: string) =>
    JSON.parse(readFileSync(schemaFile(kind, name), 'utf8')) as OptionSchema;

  function* within(schema: OptionSchema): Generator<OptionSchema> {
    yield schema;
    const { properties = {}, items, oneOf = [], allOf = [], additionalProperties } = schema;
    const below = [...Object.values(properties), ...oneOf, ...allOf, items, additionalProperties];
    for (const part of below) if (part) yield* within(part);
  }

  it.each(all)('%s %s say nothing of a value that is not looked at', (kind, name) => {
    const words = Object.values(schemaOf(kind, name).properties ?? {})
      .flatMap((property) => [...within(property)])
      .flatMap(Object.keys);
    expect(words.filter((word) => ![...CHECKED, ...NOTES].includes(word) && !word.startsWith('x-'))).toEqual(
      [],
    );
  });

  it.each(all)('%s %s tell the objects of each union apart', (kind, name) => {
    for (const { oneOf = [] } of within(schemaOf(kind, name))) {
      const objects = oneOf.filter(({ type }) => type === 'object');
      if (objects.length < 2) continue;
      const probe: OptionSchema = { properties: { of: { oneOf: objects } } };
      expect(() => checkValues(probe, { of: {} }, name)).toThrow(/of\.\w+( or of\.\w+)* is missing/);
    }
  });
});
