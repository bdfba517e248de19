/**
 * Nx gives every task `FORCE_COLOR=true`, unless the user has set that variable. Beside the `NO_COLOR` of a user, Node warns of
 * that in each task, and colours what it prints. For such a user the variable becomes 0, by which Node means no colours.
 */
export function keepNoColor(env: NodeJS.ProcessEnv): void {
  if (env.NO_COLOR && env.FORCE_COLOR === 'true') env.FORCE_COLOR = '0';
}
