import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { aptNetworkOptions, networkEnvironment, sourcesOf } from './machine-settings.mjs';
import { makeMachine, removeMachine } from './machine-tree.mjs';

const TARGETS = [
  'https://other/apt/ Other',
  'http://mirror/debian/ Debian',
  'http://mirror/debian/ Debian',
  'http://mirror/debian-security/ Debian-Security',
].join('\n');

test('a suite comes from the mirror of this machine; sid has neither updates nor security', () => {
  assert.deepEqual(sourcesOf(TARGETS, 'trixie'), [
    'deb http://mirror/debian/ trixie main',
    'deb http://mirror/debian/ trixie-updates main',
    'deb http://mirror/debian-security/ trixie-security main',
  ]);
  assert.deepEqual(sourcesOf(TARGETS, 'sid'), ['deb http://mirror/debian/ sid main']);
});

test('a machine whose lists were never fetched says what to do', () => {
  assert.throws(() => sourcesOf('http://mirror/debian/ \n', 'trixie'), /apt-get update/);
});

test('apt keeps how it reaches a mirror, and not what it reads there', () => {
  const dump = [
    'Acquire::Check-Date "false";',
    'Acquire::http::Proxy "http://proxy:3142";',
    'Acquire::http "";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    'Dir::Cache "/elsewhere";',
  ];
  assert.deepEqual(aptNetworkOptions(dump.join('\n')), dump.slice(0, 2));
});

test('the environment keeps proxies and the registry, and no directory of this machine', () => {
  const kept = { https_proxy: 'http://p', npm_config_registry: 'http://r', NODE_EXTRA_CA_CERTS: '/ca.pem' };
  const others = {
    npm_config_cache: '/home/me/.npm',
    BRINGUP_HOME: '/home/me',
    PATH: '/bin',
    CCACHE_DIR: '/c',
  };
  assert.deepEqual(networkEnvironment({ ...kept, ...others }), kept);
});

test('a directory with files is neither used nor removed, unless it is a machine of the same suite', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bringup-machine-test-'));
  try {
    writeFileSync(join(directory, 'file'), '');
    assert.throws(() => makeMachine({ suite: 'sid', base: '/none', at: directory }), /not empty/);
    assert.throws(() => removeMachine({ directory }));
    assert.ok(existsSync(join(directory, 'file')));
    const machine = join(directory, 'machine');
    mkdirSync(machine);
    writeFileSync(join(machine, 'bringup-machine.json'), '{"suite":"sid"}');
    assert.throws(() => makeMachine({ suite: 'trixie', base: '/none', at: machine }), /a machine of sid/);
    removeMachine({ directory: machine });
    assert.ok(!existsSync(machine));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
