#!/usr/bin/env node
/** `npm create bringup`: see {@link HELP}. Exit code 1: it failed; 2: what was typed is at fault; 130: it was stopped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AbortedError, isBringupError, terminationSignal, UserError } from '@bringup/process';
import { askForMissing } from './ask.js';
import { create } from './create.js';
import { HELP, parseArguments, withDefaults } from './options.js';

const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as {
  version: string;
};

async function main(): Promise<void> {
  const given = parseArguments(process.argv.slice(2), process.env.npm_config_user_agent);
  if (given.help) return void process.stdout.write(HELP);
  if (given.version) return void console.log(version);
  const asks = process.stdin.isTTY && process.stdout.isTTY;
  const choice = withDefaults(asks ? await askForMissing(given) : given);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const termination = terminationSignal();
  try {
    const { signal } = termination;
    const command = await create(choice, {
      cwd: process.cwd(),
      environment,
      version,
      signal,
      say: console.log,
    });
    console.log(
      `\n${choice.directory} is ready. This builds its kernel, and boots it to a shell:\n\n  ${command}\n`,
    );
  } finally {
    termination.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(isBringupError(error) ? `create-bringup: ${error.message} [${error.code}]` : error);
  process.exitCode = error instanceof AbortedError ? 130 : error instanceof UserError ? 2 : 1;
});
