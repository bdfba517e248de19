import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import { encrypt } from 'unixcrypt';
import type { Group, UserAccount } from './options.js';

/** useradd(8) and BusyBox agree on these. */
const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
/** 2^32-1 is (uid_t)-1, "no user". */
const ID_MAX = 0xfffffffe;
/** crypt(5): hashes, "*" and "!" for a lock; never a colon, which ends the field. */
const HASH = /^[!*]?[A-Za-z0-9./$=,_-]*$/;

/** @throws UserError `BAD_ACCOUNT` for anything that would not stay within its field or collide */
export function checkAccounts(users: readonly UserAccount[], groups: readonly Group[]): void {
  checkUnique(
    'user',
    'uid',
    users.map(({ name, uid }) => ({ name, id: uid })),
  );
  checkUnique(
    'group',
    'gid',
    groups.map(({ name, gid }) => ({ name, id: gid })),
  );
  for (const user of users) checkUser(user);
  const known = new Set(users.map((user) => user.name));
  for (const { name, members = [] } of groups) {
    const stranger = members.find((member) => !known.has(member));
    if (stranger !== undefined) {
      throw bad(`group ${name}: member ${JSON.stringify(stranger)} is not a user: ${[...known].join(', ')}`);
    }
  }
}

function checkUnique(what: string, field: string, accounts: { name: string; id: number }[]): void {
  const names = new Set<string>();
  const ids = new Map<number, string>();
  for (const { name, id } of accounts) {
    if (!NAME.test(name)) {
      throw bad(
        `${what} name ${JSON.stringify(name)}: use 1 to 32 of a-z, 0-9, "_", "-", starting with a letter`,
      );
    }
    if (names.has(name)) throw bad(`${what} ${name} is there twice`);
    if (!Number.isInteger(id) || id < 0 || id > ID_MAX)
      throw bad(`${what} ${name}: ${field} ${id} is not a number from 0 to ${ID_MAX}`);
    if (ids.has(id)) throw bad(`${what}s ${ids.get(id)} and ${name} have the same ${field} ${id}`);
    names.add(name);
    ids.set(id, name);
  }
}

function checkUser(user: UserAccount): void {
  const { name, gid, home, shell, comment = '', password, passwordHash } = user;
  if (!Number.isInteger(gid) || gid < 0 || gid > ID_MAX)
    throw bad(`user ${name}: gid ${gid} is not a number from 0 to ${ID_MAX}`);
  for (const [field, value] of Object.entries({ home, shell, comment })) {
    // A colon or a line end would forge further fields or accounts.
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[:\x00-\x1f\x7f]/.test(value))
      throw bad(`user ${name}: ${field} ${JSON.stringify(value)} has a colon or control character`);
    if (field !== 'comment' && !value.startsWith('/'))
      throw bad(`user ${name}: ${field} ${JSON.stringify(value)} is not an absolute path`);
  }
  if (password !== undefined && passwordHash !== undefined)
    throw bad(`user ${name}: give password or passwordHash, not both`);
  if (passwordHash !== undefined && !HASH.test(passwordHash))
    throw bad(`user ${name}: passwordHash is not a crypt(5) hash, such as "openssl passwd -6" prints`);
}

export function formatPasswd(users: readonly UserAccount[]): string {
  return lines(
    users.map((user) => [user.name, 'x', user.uid, user.gid, user.comment ?? '', user.home, user.shell]),
  );
}

/**
 * shadow(5). Day 1 and 99999 days switch password ageing off. The numbers must not be left empty: BusyBox's own
 * getspnam_r then fails with whatever errno was there before (libpwdgrp/pwd_grp.c), and nobody can log in.
 */
export function formatShadow(users: readonly UserAccount[]): string {
  return lines(users.map((user) => [user.name, hashOf(user), 1, 0, 99999, 7, '', '', '']));
}

export function formatGroup(groups: readonly Group[]): string {
  return lines(groups.map((group) => [group.name, 'x', group.gid, (group.members ?? []).join(',')]));
}

/** The groups, and one named like the user for each user whose own is not among them. */
export function completeGroups(users: readonly UserAccount[], groups: readonly Group[]): Group[] {
  const complete = [...groups];
  for (const { name, gid } of users) {
    if (!complete.some((group) => group.gid === gid)) complete.push({ name, gid });
  }
  return complete;
}

function hashOf({ name, password, passwordHash }: UserAccount): string {
  if (passwordHash !== undefined) return passwordHash;
  if (password === undefined) return '*';
  return password === '' ? '' : encrypt(password, `$6$${saltOf(name)}`);
}

/**
 * The same image at each build needs the same salt. It comes from the name only: one made from the password
 * as well would let a guess be checked without the 5,000 rounds.
 */
function saltOf(name: string): string {
  return createHash('sha256').update(name).digest('base64').replaceAll('+', '.').slice(0, 16);
}

function lines(rows: (string | number)[][]): string {
  return rows.map((row) => `${row.join(':')}\n`).join('');
}

function bad(message: string): UserError {
  return new UserError('BAD_ACCOUNT', message);
}
