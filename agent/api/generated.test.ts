import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { customResourceDefinitions } from './crds.ts';
import { installManifest } from './install.ts';
import { manifestYaml } from './manifest-yaml.ts';

test.each([
  { file: 'crds.generated.yaml', objects: customResourceDefinitions },
  { file: 'install.generated.yaml', objects: installManifest() },
])('$file is fresh; else run: npm run generate', ({ file, objects }) => {
  expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toBe(manifestYaml(objects));
});
