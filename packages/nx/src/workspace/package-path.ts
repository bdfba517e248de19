/** Where Nx finds the programs of a `runtime` input: it starts them in the workspace root. */
export const PACKAGE = 'node_modules/@bringup/nx';
