/** The command that makes the whole lock one that this machine can satisfy: named by every error that this mends. */
export const UPDATE_COMMAND = 'npx nx g @bringup/nx:update --ifNeeded';
