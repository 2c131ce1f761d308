/** The agent's image with a seeded defect: `--defect-file PATH`, whose contents name it, then the program and its flags. */
import { existsSync, readFileSync } from 'node:fs';
import { runProgram } from '../../agent/main/program.ts';
import { layoutDefects } from './layout-defects.ts';
import { isDefect } from './names.ts';
import { planDefects } from './plan-defects.ts';

const [flag, path = '', ...args] = process.argv.slice(2);
if (flag !== '--defect-file') throw new Error(`the first argument must be --defect-file, not ${flag}`);

const name = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
const rewritePlan = isDefect(name) ? planDefects[name]?.() : undefined;
const rewriteLayout = isDefect(name) ? layoutDefects[name] : undefined;
if (name !== '' && rewritePlan === undefined && rewriteLayout === undefined)
  throw new Error(`there is no defect ${name}`);

await runProgram(args, {
  ...(rewritePlan === undefined ? {} : { rewritePlan }),
  ...(rewriteLayout === undefined ? {} : { rewriteLayout }),
});
