/** The agent's image with a seeded defect: `--defect NAME`, or `--defect none`, then the program and its flags. */
import { runProgram } from '../../agent/main/program.ts';
import { apiDefects } from './api-defects.ts';
import { layoutDefects } from './layout-defects.ts';
import { isDefect } from './names.ts';
import { planDefects } from './plan-defects.ts';

const [flag, name = '', ...args] = process.argv.slice(2);
if (flag !== '--defect') throw new Error(`the first argument must be --defect, not ${flag}`);

const [program = ''] = args;
const rewritePlan = isDefect(name) ? planDefects[name]?.() : undefined;
const rewriteLayout = isDefect(name) ? layoutDefects[name] : undefined;
const rewriteKube = isDefect(name) ? apiDefects[name] : undefined;
if (name !== 'none' && rewritePlan === undefined && rewriteLayout === undefined && rewriteKube === undefined)
  throw new Error(`there is no defect ${name} of the programs`);

await runProgram(args, {
  ...(rewritePlan === undefined ? {} : { rewritePlan }),
  ...(rewriteLayout === undefined ? {} : { rewriteLayout }),
  ...(rewriteKube === undefined ? {} : { rewriteKube: (kube) => rewriteKube(kube, program) }),
});
