import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUefi } from '../index.js';

const descriptor = (code: string, more: object = {}) => ({
  'interface-types': ['uefi'],
  mapping: {
    device: 'flash',
    executable: { filename: code, format: 'raw' },
    'nvram-template': { filename: `${code}.vars`, format: 'raw' },
  },
  targets: [{ architecture: 'aarch64', machines: ['virt-*'] }],
  features: ['verbose-static'],
  ...more,
});

describe('findUefi', () => {
  let root: string;
  let directories: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bringup-qemu-firmware-'));
    directories = ['etc', 'usr'].map((name) => join(root, name));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (path: string, content: unknown) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  };

  it('takes the first that fits: of this arch, in flash, without Secure Boot', async () => {
    put('usr/10-secure.json', descriptor('/secure', { features: ['secure-boot'] }));
    put('usr/20-other.json', descriptor('/other', { targets: [{ architecture: 'x86_64', machines: [] }] }));
    put('usr/30-memory.json', descriptor('/memory', { mapping: { device: 'memory', filename: '/memory' } }));
    put('usr/40-plain.json', descriptor('/plain'));
    put('usr/50-later.json', descriptor('/later'));
    expect(await findUefi('arm64', directories)).toEqual({ code: '/plain', variables: '/plain.vars' });
  });

  it("prefers the administrator's file of the same name", async () => {
    put('usr/40-plain.json', descriptor('/plain'));
    put('etc/40-plain.json', descriptor('/own'));
    expect((await findUefi('arm64', directories)).code).toBe('/own');
  });

  it('names the package when there is none', async () => {
    await expect(findUefi('arm64', directories)).rejects.toMatchObject({
      code: 'NO_UEFI',
      message: expect.stringContaining('apt-get install qemu-efi-aarch64'),
    });
  });

  it('says which descriptor cannot be read', async () => {
    put('usr/40-plain.json', '{');
    await expect(findUefi('arm64', directories)).rejects.toThrow(/usr\/40-plain\.json: /);
  });

  it('says for which arches there is a UEFI', async () => {
    await expect(findUefi('arm', directories)).rejects.toThrow(/no UEFI for arm here, but for arm64, x86_64/);
  });
});
